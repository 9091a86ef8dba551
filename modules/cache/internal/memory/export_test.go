package memory

// EvictEntry loses an entry, as one that has to make room.
func (t *Tier) EvictEntry(key string) { t.entries.Invalidate(key) }

// EvictToken loses the token of a tag, as one that has to make room.
func (t *Tier) EvictToken(tag string) { t.tokens.Invalidate(tag) }
