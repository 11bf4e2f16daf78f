# Column diagnosis has the classes. Predict them for the patients of a new table.
npx vantage train cca --data study.csv --labels diagnosis --task classification
npx vantage evaluate runs/cca-study-0
npx vantage predict runs/cca-study-0 --data new.csv --out predictions.csv
grep -E 'healthy|ill' predictions.csv
