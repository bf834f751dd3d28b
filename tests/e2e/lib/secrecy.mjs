// What must never leave the server: every secret and token the tests know of is
// searched for in everything the server says to others than its owner.

export class Secrecy {
  #secrets = new Set();

  // Gives the secret back, so that it can be used where it is made.
  keep(secret) {
    if (secret.length < 12) throw new Error('too short to be told from chance');
    this.#secrets.add(secret);
    return secret;
  }

  check(where, text) {
    for (const secret of this.#secrets) {
      if (text.includes(secret)) {
        // Not the whole: this message ends in a log of its own.
        throw new Error(`${where} holds a secret: ${secret.slice(0, 6)}..`);
      }
    }
  }
}
