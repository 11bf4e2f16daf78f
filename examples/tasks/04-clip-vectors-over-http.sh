# clip.npz has image vectors, text vectors and ids. Search them over HTTP.
npx vantage index clip.npz --views image=image,text=text --ids ids --out clip-index
node_modules/.bin/vantage serve clip-index --port "$PORT" &
server=$!
trap 'kill $server 2> /dev/null || true' EXIT
until curl -sf "localhost:$PORT/ready"; do sleep 0.2; done
curl -sf "localhost:$PORT/search" -H 'content-type: application/json' \
  -d '{"id": "pic-7", "view": "text", "target": "image", "k": 5}' | grep '"id":"pic-7"'
