# Tables by R. Numbers are v(n, d, s), which formats.py computes in the same way.
folder <- commandArgs(trailingOnly = TRUE)[1]
at <- function(name) file.path(folder, name)
v <- function(n, d, s) {
  m <- outer(0:(n - 1), 0:(d - 1), function(i, j) ((i * 37 + j * 61 + s * 17 + i * j * (s + 3)) %% 101) / 8)
  colnames(m) <- c("stem", "leaf", "root", "seed")[1:d]
  m
}
n <- 10
type <- factor(c("herb", "tree", "bush"))[c(1, 2, 2, 3, 1, 3, 2, 1, 3, 1)]
plants <- data.frame(v(n, 3, 5), type = type)
named <- plants
rownames(named) <- paste("plot", 1:n)
write.table(plants, at("r-table-numbered.txt"))
write.table(named, at("r-table-named.tsv"), sep = "\t", quote = FALSE)
write.csv(plants, at("r-write-csv.csv"))
write.csv(named, at("r-write-csv-named.csv"))
write.csv2(plants, at("r-write-csv2.csv"))
write.csv2(plants, at("r-write-csv2-plain.csv"), row.names = FALSE, fileEncoding = "latin1", eol = "\r\n")
write.table(v(n, 4, 6), at("r-matrix.txt"), row.names = FALSE, col.names = FALSE)
holes <- plants
holes$type[c(2, 9)] <- NA
write.csv(holes, at("r-na-label.csv"), row.names = FALSE)
saveRDS(plants, at("plants.rds"), version = 2)
