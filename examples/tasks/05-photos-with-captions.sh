# Folder photos has pictures and captions.csv. Find a picture by words.
npx vantage datasets info photos
npx vantage open photos --no-serve
npx vantage search photos-search/index --words "a cat" --distinct --k 3
