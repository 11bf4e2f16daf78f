# Check the installation, read the help, and list the data sets that need no files.
npx vantage --version
npx vantage doctor | grep 'ONNX Runtime'
npx vantage --help | grep train
npx vantage help train cca | grep -- --dimensions
npx vantage datasets list | grep synthetic
