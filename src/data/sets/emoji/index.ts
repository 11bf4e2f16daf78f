// The public part of the emoji set.
export {
  defaultEmojiViews,
  type EmojiOptions,
  type EmojiView,
  emoji,
  emojiLabelings,
  emojiPictures,
  emojiTextFeatures,
  emojiTexts,
  emojiVocabulary,
} from "./emoji.js";
export { type Emoji, emojiList, type Language, languages, type Maker, makers } from "./emoji-list.js";
export {
  imageDimensions,
  imageFeatures as emojiImageFeatures,
  imageRecipe,
  type Picture,
} from "./image-features.js";
export { emojiSvgs } from "./pictures.js";
export { readPicture } from "./read-picture.js";
