# From a table to a search server: train, index, serve, query, stop.
npx vantage train cca --data study.csv --task retrieval
npx vantage index runs/cca-study-0 --out my-index
npx vantage search my-index --id p17 --view rna --target protein --k 3
node_modules/.bin/vantage serve my-index --port "$PORT" &
server=$!
until curl -sf "localhost:$PORT/health"; do sleep 0.2; done
curl -sf "localhost:$PORT/search" -H 'content-type: application/json' -d '{"id": "p17", "view": "rna", "target": "protein", "k": 3}' | grep hits
kill -TERM $server
wait $server
