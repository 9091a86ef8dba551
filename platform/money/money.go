// Package money counts in integer minor units, exactly from text to text: an
// amount never passes through a floating-point number.
//
// team: platform
package money

import (
	"errors"
	"strconv"
	"strings"
)

// Amount is a sum of money in hundredths of the currency unit. Every currency
// has two decimals here (design: api.md §3), whatever ISO 4217 says of it.
type Amount int64

// Max is the largest amount that is accepted, in minor units: 10 digits before
// the point leave room for 50 lines of 99 pieces within an int64.
const Max Amount = 9_999_999_999_99

// What Parse refuses.
var (
	// ErrSyntax says that the text is no plain decimal number.
	ErrSyntax = errors.New("must be a plain decimal number such as 249.50")
	// ErrDecimals says that the text has more than two decimals.
	ErrDecimals = errors.New("must have at most two decimals")
	// ErrRange says that the amount is beyond Max.
	ErrRange = errors.New("is too large")
)

// Parse reads a decimal number such as "249.5", "-3" or "0.05". It returns
// ErrSyntax, ErrDecimals or ErrRange. Zeros beyond the second decimal are
// accepted, since they change nothing.
func Parse(text string) (Amount, error) {
	unsigned, negative := strings.CutPrefix(text, "-")
	whole, fraction, pointed := strings.Cut(unsigned, ".")
	if !digits(whole) || (pointed && !digits(fraction)) {
		return 0, ErrSyntax
	}
	fraction = strings.TrimRight(fraction, "0")
	if len(fraction) > 2 {
		return 0, ErrDecimals
	}
	minor, err := strconv.ParseInt(whole+(fraction + "00")[:2], 10, 64)
	if err != nil || Amount(minor) > Max {
		return 0, ErrRange
	}
	if negative {
		minor = -minor
	}
	return Amount(minor), nil
}

func digits(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}

// String gives the amount with two decimals, such as "249.50".
func (a Amount) String() string {
	return string(a.text())
}

// text is String without fmt: a list of orders has a hundred amounts.
func (a Amount) text() []byte {
	out, minor := make([]byte, 0, 16), uint64(a)
	if a < 0 {
		out, minor = append(out, '-'), -minor
	}
	out = strconv.AppendUint(out, minor/100, 10)
	return append(out, '.', byte('0'+minor/10%10), byte('0'+minor%10))
}

// MarshalJSON writes the amount as a JSON number with two decimals.
func (a Amount) MarshalJSON() ([]byte, error) {
	return a.text(), nil
}

// UnmarshalJSON reads a JSON number, exactly. It refuses what Parse refuses.
func (a *Amount) UnmarshalJSON(data []byte) (err error) {
	*a, err = Parse(string(data))
	return err
}

// Mean gives the amount divided by a number, rounded to minor units, halves
// upwards; nil for none. The amount must not be negative.
func (a Amount) Mean(count int64) *Amount {
	if count == 0 {
		return nil
	}
	mean := (2*a + Amount(count)) / Amount(2*count)
	return &mean
}
