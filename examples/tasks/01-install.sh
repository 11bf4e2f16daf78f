# Is it installed, what can it do, and what can be tried without data of one's own?
npx vantage --version
npx vantage doctor | grep 'ONNX Runtime'
npx vantage --help | grep train
npx vantage help train cca | grep -- --dimensions
npx vantage datasets list | grep synthetic
