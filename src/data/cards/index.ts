// The public part of the dataset cards.
export { type Card, cardFiles, readCard, viewNames } from "./card.js";
export { type CardState, cardStates, findCard, isCardFolder, type PlacedCard, shippedCards } from "./find-card.js";
export { type OpenCardOptions, openCard } from "./open-card.js";
