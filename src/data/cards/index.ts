// The public part of the dataset cards.
export { type Card, cardFiles, readCard } from "./card.js";
export { findCard, type PlacedCard, shippedCards } from "./find-card.js";
export { type OpenCardOptions, openCard } from "./open-card.js";
