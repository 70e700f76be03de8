config-document-when = an entry of `{ $key }` has the occasion `{ $written }`; write one of these words: { $allowed }
config-no-centre = `{ $key }` is empty: whoever has to finish in person would not know where to go; write at least one centre
config-document-missing = `{ $key }` has no document with when = "{ $when }" for `{ $kind }`; add one, or such a case could not be approved
