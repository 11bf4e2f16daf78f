# Run the method from docs/own-method.md on your own data.
sed -n '/^```js/,/^```$/p' node_modules/vantage-ml/docs/own-method.md | sed '1d;$d' > own-method.mjs
npx vantage --method-file own-method.mjs train agree --help | grep -- --dimensions
npx vantage --method-file own-method.mjs train agree --data study.csv --task retrieval --batch 30 --out run
npx vantage --method-file own-method.mjs index run --out my-index
npx vantage search my-index --id p17 --view rna --target protein --k 3
