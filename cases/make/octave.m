% Files by Octave. Numbers are v(i, j, s), which matlab.py computes in the same way.
1;
function m = v(n, d, s)
  [j, i] = meshgrid(0:d-1, 0:n-1);
  m = mod(i * 37 + j * 61 + s * 17 + i .* j * (s + 3), 101) / 8;
end
folder = argv(){end};
at = @(name) fullfile(folder, name);
p = [1 2 2 3 1 3 2 1 3 1]';
n = 10;
X1 = v(n, 4, 1); X2 = v(n, 6, 2); y = p;
save("-v4", at("octave-4.mat"), "X1", "X2", "y");
save("-v6", at("octave-6.mat"), "X1", "X2", "y");
view_a = single(X1); view_b = int16(X2 * 8); gnd = uint8(p');
save("-v7", at("octave-7-types.mat"), "view_a", "view_b", "gnd");
save("-hdf5", at("octave.h5"), "X1", "X2", "y");
save("-text", at("octave-text.mat"), "X1", "X2", "y");
image = reshape(v(n, 12, 3), [n 3 4]); sound = X2; label = {"ja"; "nein"; "nein"; "vielleicht"; "ja"; "vielleicht"; "nein"; "ja"; "vielleicht"; "ja"};
save("-v7", at("octave-array-names.mat"), "image", "sound", "label");
bags = sparse(v(n, 9, 4) > 9); Y = sparse(p == [1 2 3]);
save("-v7", at("octave-sparse-logical-7.mat"), "bags", "X1", "Y");
save("-v6", at("octave-sparse-logical-6.mat"), "bags", "X1", "Y");
X = {X1', X2'}; gt = {p; p};
save("-v7", at("octave-cells.mat"), "X", "gt");
Y = p == [1 2 3];
save("-v6", at("octave-logical.mat"), "X1", "X2", "Y");
view = struct("data", {X1, X2}, "name", {"colour", "shape"}); labels = p;
save("-v7", at("octave-struct-array.mat"), "view", "labels");
data.views.colour = X1; data.views.shape = X2; data.gnd = p;
save("-v7", at("octave-nested.mat"), "data");
signal = complex(X1, X2(:, 1:4)); other = X2; label = p;
save("-v7", at("octave-complex.mat"), "signal", "other", "label");
class = ["ja  "; "nein"; "nein"; "evtl"; "ja  "; "evtl"; "nein"; "ja  "; "evtl"; "ja  "];
empty = []; n = 10; note = "measured in May";
save("-v6", at("octave-char-matrix.mat"), "X1", "X2", "class", "empty", "n", "note");
