package fault_test

import (
	"fmt"
	"io"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"zomato/platform/fault"
)

func TestA_fault_is_found_in_a_chain_and_keeps_its_cause(t *testing.T) {
	t.Parallel()
	err := fmt.Errorf("place the order: %w", fault.New(fault.Conflict, "sold_out", "%d left.", 2).Because(io.EOF).With("left", 2).After(time.Second))
	found, ok := fault.As(err)
	require.True(t, ok)
	require.Equal(t, "2 left.", found.Detail)
	require.Equal(t, map[string]any{"left": 2}, found.Extra)
	require.Equal(t, time.Second, found.RetryAfter)
	require.True(t, fault.Is(err, "sold_out"))
	require.False(t, fault.Is(err, "other"))
	require.True(t, fault.IsKind(err, fault.Conflict))
	require.False(t, fault.IsKind(io.EOF, fault.Conflict))
	require.ErrorIs(t, err, io.EOF)
	require.ErrorContains(t, err, "EOF", "the cause is for the log")
}

func TestFindings_report_everything_at_once(t *testing.T) {
	t.Parallel()
	var findings fault.Findings
	name, long, empty := "  ", strings.Repeat("é", 6), " "
	optional, emptied := &long, &empty
	findings.Text("#/name", &name, 5)
	findings.OptionalText("#/note", &optional, 5)
	findings.OptionalText("#/address", &emptied, 5)
	findings.Add("#/price", "out_of_range", "The price must be above %d.", 0)
	require.Nil(t, emptied, "an empty text is none")
	var f *fault.Error
	require.ErrorAs(t, findings.Err(), &f)
	require.Equal(t, fault.Invalid, f.Kind)
	require.Equal(t, "invalid", f.Code)
	require.Equal(t, []fault.Field{
		{Pointer: "#/name", Code: "required", Detail: "This field must not be empty."},
		{Pointer: "#/note", Code: "too_long", Detail: "This field must have at most 5 characters."},
		{Pointer: "#/price", Code: "out_of_range", Detail: "The price must be above 0."},
	}, f.Fields)
}

func TestFindings_of_a_request_without_fault(t *testing.T) {
	t.Parallel()
	var findings fault.Findings
	name := " Asha "
	findings.Text("#/name", &name, 5)
	require.NoError(t, findings.Err())
	require.Equal(t, "Asha", name)
}

func TestFindings_of_texts_in_which_nothing_can_be_seen(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"\u200b": "", " \u200b\u2060 \ufeff": "", "\t": "",
		" അവന്\u200d ": "അവന്\u200d", // Malayalam ends words so
	} {
		var findings fault.Findings
		name, note := text, &text
		findings.Text("#/name", &name, 5)
		findings.OptionalText("#/note", &note, 5)
		require.Equal(t, want, name)
		if want == "" {
			require.Len(t, findings, 1)
			require.Nil(t, note)
		} else {
			require.Equal(t, want, *note)
		}
	}
}

func TestA_single_finding_gives_the_fault_its_code(t *testing.T) {
	t.Parallel()
	f := fault.Fields(fault.Field{Pointer: "#/name", Code: "required", Detail: "x"})
	require.Equal(t, "required", f.Code)
	require.Equal(t, "x", f.Detail)
}

func TestFindings_of_phone_numbers(t *testing.T) {
	t.Parallel()
	for number, fine := range map[string]bool{
		"+911234567890": true, "1234567890": true, "123456789012345": true,
		"": false, "+": false, "123456789": false, "1234567890123456": false, "++1234567890": false, "12345 67890": false,
	} {
		var findings fault.Findings
		findings.Phone("#/phone_number", &number)
		require.Equal(t, fine, findings.Err() == nil, number)
	}
	var findings fault.Findings
	findings.Phone("#/phone_number", nil)
	require.NoError(t, findings.Err())
}

func TestFindings_of_places(t *testing.T) {
	t.Parallel()
	at := func(degrees float64) *float64 { return &degrees }
	for _, c := range []struct {
		name                string
		latitude, longitude *float64
		want                []string
	}{
		{"none", nil, nil, nil},
		{"a place", at(12.97), at(77.64), nil},
		{"the ends", at(-90), at(180), nil},
		{"half a place", at(1), nil, []string{"#/latitude"}},
		{"beyond the poles", at(90.1), at(0), []string{"#/latitude"}},
		{"beyond the date line", at(0), at(-180.1), []string{"#/longitude"}},
		{"no number", at(math.NaN()), at(0), []string{"#/latitude"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var findings fault.Findings
			findings.Place(&c.latitude, &c.longitude)
			var pointers []string
			for _, f := range findings {
				pointers = append(pointers, f.Pointer)
			}
			require.Equal(t, c.want, pointers)
		})
	}
	latitude, longitude := at(math.Copysign(0, -1)), at(1)
	var findings fault.Findings
	findings.Place(&latitude, &longitude)
	require.False(t, math.Signbit(*latitude), "a zero below zero is a zero: the databases do not agree on it")
}
