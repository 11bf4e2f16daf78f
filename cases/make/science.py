"""h5ad and h5mu of single-cell biology, by anndata and mudata (kinds J, F and O)."""

import warnings

import anndata
import mudata
import numpy as np
import pandas as pd
import scipy.sparse

from common import case, names, numbers, path, reading, refused, repack, view, whole

P = [0, 1, 1, 0, 2, 2, 1, 0, 1, 2, 0, 2]
N = 12
TYPES = names(P, "B cell", "T cell", "NK")
CELLS = [f"AAAC{i:02d}-1" for i in range(N)]
GENES = [f"GENE{j}" for j in range(6)]
PROTEINS = ["CD3", "CD19", "CD56"]


def cells(matrix, columns, rows=CELLS, **obs):
    return anndata.AnnData(matrix, obs=pd.DataFrame(obs, index=rows), var=pd.DataFrame(index=columns))


def main():
    warnings.simplefilter("ignore")
    mudata.set_options(pull_on_update=False)
    rna = whole(130, N, 6, low=-5, high=9).clip(0).astype(np.float32)
    protein = numbers(131, N, 3).astype(np.float32)
    typed = pd.Categorical(TYPES)
    ours = cells(rna, GENES, cell_type=typed)
    ours.write_h5ad(path("dense.h5ad"))
    options = {"labels": "cell_type"}
    case("h5ad-dense", "O", "dense.h5ad", "Cells x genes with a column of cell types in obs; names of cells are the ids.", reading([rna], TYPES, ids=CELLS), refused("h5ad|anndata|obs[./]cell_type"), options=options)
    case("h5ad-dense-alone", "O", "dense.h5ad", "The same without saying where the labels are: cell types, or none and a word, or a question.",
         reading([rna], TYPES), reading([rna], None, note="cell_type"), refused("h5ad|anndata|cell_type|obs"))
    lean = cells(scipy.sparse.csr_matrix(rna), GENES, label=typed)
    lean.obsm["X_pca"] = numbers(132, N, 2)
    lean.write_h5ad(path("sparse.h5ad"), compression="gzip")
    repack("sparse.h5ad")
    case("h5ad-sparse-obsm", "O", "sparse.h5ad", "X as a sparse matrix by rows, a projection in obsm, label in obs: two views, or X and a word on obsm.",
         reading([rna, numbers(132, N, 2)], TYPES), reading([rna], TYPES, note="X_pca|obsm"), refused("h5ad|anndata"))
    csc = cells(scipy.sparse.csc_matrix(rna), GENES, label=pd.Categorical([None if i in (2, 7) else t for i, t in enumerate(TYPES)]), n_counts=rna.sum(axis=1))
    csc.write_h5ad(path("label-gone.h5ad"))
    repack("label-gone.h5ad")
    gone = [None if i in (2, 7) else t for i, t in enumerate(TYPES)]
    kept = [i for i in range(N) if gone[i]]
    case("h5ad-label-missing", "J", "label-gone.h5ad", "X by columns; two cells without a type, code -1 of the categories; n_counts is a measure of obs, told or a view.",
         reading([rna], gone, note="label|miss"), reading([rna[kept]], [TYPES[i] for i in kept], note="label|miss"),
         reading([rna, rna.sum(axis=1)], gone, note="label|miss"), refused("label|miss|h5ad|anndata"))
    pair = mudata.MuData({"rna": cells(rna, GENES), "prot": cells(protein, PROTEINS)})
    pair.obs["label"] = typed
    pair.write_h5mu(path("pair.h5mu"))
    repack("pair.h5mu")
    case("h5mu-two", "O", "pair.h5mu", "Two modalities of the same cells and labels in obs.",
         reading([view(rna, name="rna"), view(protein, name="prot")], TYPES, ids=CELLS), refused("h5mu|mudata"))
    some = [i for i in range(N) if i not in (1, 6)]
    lacking = mudata.MuData({"rna": cells(scipy.sparse.csr_matrix(rna), GENES), "prot": cells(protein[some], PROTEINS, [CELLS[i] for i in some])})
    lacking.obs["label"] = typed
    lacking.write_h5mu(path("lacking.h5mu"))
    repack("lacking.h5mu")
    case("h5mu-cells-lacking", "F", "lacking.h5mu", "Two cells lack the proteins: missing in that view; never moved up.",
         reading([view(rna, name="rna"), {"name": "prot", "columns": 3, "missing": [1, 6], "rows": {"0": view(protein)["firstRow"], "11": view(protein)["lastRow"]}}], TYPES),
         refused("h5mu|mudata|miss|lack"))
    turned = mudata.MuData({"rna": cells(rna, GENES), "prot": cells(protein[::-1], PROTEINS, CELLS[::-1])})
    turned.obs["label"] = typed
    turned.write_h5mu(path("turned.h5mu"))
    repack("turned.h5mu")
    case("h5mu-other-order", "D", "turned.h5mu", "The second modality has its cells in the other order: put together by the cells' names.",
         reading([view(rna, name="rna"), view(protein, name="prot")], TYPES, ids=CELLS), refused("h5mu|mudata|order"))
