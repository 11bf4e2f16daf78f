# Compare two methods on the same data in one report.
npx vantage train cca --data study.csv --out runs/cca
npx vantage train gmae --data study.csv --epochs 10 --out runs/gmae
npx vantage report runs/cca runs/gmae --out compared.html
grep -qi 'cca' compared.html && grep -qi 'gmae' compared.html
