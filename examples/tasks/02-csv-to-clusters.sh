# study.csv has columns rna_1 … and protein_1 …. Find three clusters and write them to a table with the ids.
npx vantage datasets info study.csv --labels none
npx vantage train cca --data study.csv --labels none --clusters 3
npx vantage encode runs/cca-study-0 --data study.csv --labels none --out clusters.csv
head -1 clusters.csv | grep '^id,.*predicted'
test "$(wc -l < clusters.csv)" = 91
