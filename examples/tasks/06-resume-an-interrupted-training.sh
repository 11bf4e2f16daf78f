# Stop a training run with Ctrl-C, and resume it with the command that it prints.
node_modules/.bin/vantage train gmae --data study.csv --epochs 60 --out run 2> said &
training=$!
until grep -q 'epoch 1/' said; do sleep 0.1; done
kill -INT $training
wait $training && exit 1 || test $? = 130
grep 'vantage train gmae --resume run' said
npx vantage train gmae --resume run --json | tail -1 | grep '"epochs":60'
