package sentiment

// Problems are what is wrong with a lexicon; nil if it is as it should be.
func Problems(file string) error {
	_, err := parse(file)
	return err
}

// Lexicon is the file that New reads.
func Lexicon() string { return lexiconFile }
