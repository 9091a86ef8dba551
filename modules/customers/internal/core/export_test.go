package core

// IsEmail tells whether a text is accepted as an e-mail address.
func IsEmail(text string) bool { return isEmail(text) }
