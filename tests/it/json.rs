//! JSON: numbers are read exactly, and errors name path and position.

use deltascope::json::{self, ErrorKind};
use proptest::prelude::*;
use serde_json::Value;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn every_double_is_read_to_its_last_bit(bits in any::<u64>(), digits in 0usize..40) {
        let number = f64::from_bits(bits);
        prop_assume!(number.is_finite());
        for text in [format!("{number:?}"), format!("{number:e}"), format!("{number:.digits$e}")] {
            let expected: f64 = text.parse().unwrap();
            if expected.is_finite() {
                prop_assert_eq!(json::from_str::<f64>(&text).map(f64::to_bits), Ok(expected.to_bits()), "{}", text);
            }
        }
    }

    #[test]
    fn numbers_are_read_as_the_standard_library_reads_them(
        text in "-?(0|[1-9][0-9]{0,25})(\\.[0-9]{1,25})?([eE][+-]?[0-9]{1,3})?",
        small in "0\\.0{300,330}[0-9]{1,40}",
    ) {
        for text in [text, small] {
            let expected: f64 = text.parse().unwrap();
            match json::from_str::<f64>(&text) {
                Ok(number) => prop_assert_eq!(number.to_bits(), expected.to_bits(), "{}", text),
                Err(error) => prop_assert!(expected.is_infinite(), "{}: {}", text, error),
            }
        }
    }

    #[test]
    fn any_text_is_a_value_or_an_error_with_its_position(
        text in "[\\[\\]{}:,\"\\\\ \n0-9eE+.\\-a-fnu/ü\u{1}]{0,12}",
    ) {
        match json::parse(&text) {
            Ok(value) => prop_assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), value),
            Err(error) => prop_assert!(
                error.kind == ErrorKind::Value || error.to_string().contains(" at line "),
                "{}",
                error
            ),
        }
    }
}

#[test]
fn deep_nesting_is_refused() {
    for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
        let nested = |depth: usize| json::parse(&format!("{}0{}", open.repeat(depth), close.repeat(depth)));
        assert!(nested(127).is_ok());
        for depth in [128, 100_000] {
            assert!(
                nested(depth).unwrap_err().to_string().contains("recursion limit exceeded at"),
                "{depth}"
            );
        }
        assert!(json::parse(&open.repeat(1_000_000)).is_err());
    }
}

#[test]
fn of_duplicate_fields_the_last_one_is_used() {
    assert_eq!(json::parse("{\"a\": 1, \"a\": 2}").unwrap()["a"], 2);
}

#[test]
fn a_syntax_error_names_path_and_position() {
    for (text, path, kind, message) in [
        ("hello", "", ErrorKind::Syntax, "expected value at line 1 column 1"),
        ("", "", ErrorKind::Incomplete, "EOF while parsing a value at line 1 column 0"),
        ("{\"a\": [0,\n NaN]}", "a[1]", ErrorKind::Syntax, "expected value at line 2 column 2"),
        ("{\"a\": [0", "a", ErrorKind::Incomplete, "EOF while parsing a list at line 1 column 8"),
        (
            "{\"a\": [0, 1e999]}",
            "a[1]",
            ErrorKind::Value,
            "1e999 is a number out of range; one such as 0.5 would do",
        ),
        (
            "{\"ü\":\n0, \"a\": [-12.50E+400,\n1]}",
            "a[0]",
            ErrorKind::Value,
            "-12.50E+400 is a number out of range; one such as 0.5 would do",
        ),
        ("1e400", "", ErrorKind::Value, "1e400 is a number out of range; one such as 0.5 would do"),
        ("{} {}", "", ErrorKind::Trailing, "trailing characters at line 1 column 4"),
    ] {
        let error = json::parse(text).unwrap_err();
        assert_eq!((error.path.as_str(), error.kind, error.problem.as_str()), (path, kind, message));
    }
}
