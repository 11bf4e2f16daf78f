// Errors that are the user's to mend: the command line shows their message as one line and exits with status 2.

/** A mistake in what the user gave: a file, an option, data. The message names it, what was found and what was expected. */
export class UserError extends Error {
  override readonly name = "UserError";

  /**
   * Takes the message as one line.
   * @param message where it quotes what has several lines, they become one.
   */
  constructor(message: string) {
    super(message.replaceAll(/\s*[\r\n\u2028\u2029]+\s*/g, " "));
  }
}

/** What was asked for is in order, but cannot be kept: the disk is full, read-only or out of reach. */
export class StorageError extends UserError {}

/** What was stored before cannot be read back: the file is damaged, or its disk fails. */
export class UnreadableError extends UserError {}
