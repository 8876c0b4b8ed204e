//! JSON is read as serde_json reads it, and whatever is no JSON is refused with its place.

use deltascope::json::{Value, double};
use proptest::prelude::*;
use serde_json::{Map, Value as Theirs};

/// Anything, three levels deep.
fn json() -> impl Strategy<Value = Theirs> {
    let leaf = prop_oneof![
        Just(Theirs::Null),
        any::<bool>().prop_map(Theirs::from),
        any::<u64>().prop_map(Theirs::from),
        any::<i64>().prop_map(Theirs::from),
        any::<f64>().prop_map(Theirs::from),
        any::<String>().prop_map(Theirs::from),
        "[\\x00-\\x20\"\\\\/ü😀]{0,6}".prop_map(Theirs::from),
    ];
    leaf.prop_recursive(3, 40, 6, |inner| {
        let fields = prop::collection::vec((".{0,4}", inner.clone()), 0..6);
        prop_oneof![
            prop::collection::vec(inner, 0..6).prop_map(Theirs::from),
            fields.prop_map(|fields| Theirs::Object(fields.into_iter().collect())),
        ]
    })
}

/// As serde_json keeps it; none where it has a number beyond all doubles.
fn theirs(value: &Value) -> Option<Theirs> {
    Some(match value {
        Value::Null => Theirs::Null,
        Value::Bool(value) => (*value).into(),
        // As the types read them: whole ones to the last digit, the others as doubles.
        Value::Number(text) => match (text.parse::<u64>(), text.parse::<i64>()) {
            (Ok(number), _) => number.into(),
            (_, Ok(number)) if *text != "-0" => number.into(),
            _ => text.parse::<f64>().ok().filter(|number| number.is_finite())?.into(),
        },
        Value::Text(text) => text.to_string().into(),
        Value::List(items) => items.iter().map(theirs).collect::<Option<Vec<_>>>()?.into(),
        Value::Group(fields) => {
            let fields = fields.iter().map(|(name, field)| Some((name.to_string(), theirs(field)?)));
            Theirs::Object(fields.collect::<Option<Map<_, _>>>()?)
        }
    })
}

/// Both read it the same, or both refuse it.
fn compare(text: &str) -> Result<(), TestCaseError> {
    match Value::parse(text) {
        Ok(value) => prop_assert_eq!(theirs(&value), serde_json::from_str(text).ok(), "{}", text),
        Err(mistake) => {
            prop_assert!(serde_json::from_str::<Theirs>(text).is_err(), "{}: {}", text, mistake);
            prop_assert!(mistake.to_string().contains("line "), "{}", mistake);
        }
    }
    Ok(())
}

proptest! {
    #[test]
    fn it_is_read_as_serde_json_reads_it(json in json()) {
        for text in [json.to_string(), serde_json::to_string_pretty(&json).unwrap()] {
            let value = Value::parse(&text).unwrap();
            prop_assert_eq!(theirs(&value), Some(serde_json::from_str(&text).unwrap()));
        }
    }

    #[test]
    fn any_text_is_read_or_refused_as_serde_json_does(text in "[\\[\\]{}:,\"\\\\ \n0-9eE+.\\-a-fnu/ü\u{1}]{0,12}") {
        compare(&text)?;
    }

    #[test]
    fn numbers_and_escapes_are_those_of_json(
        number in "-?[0-9]{0,3}\\.?[0-9]{0,2}([eE][+-]?[0-9]{0,3})?",
        text in "(\\\\[\"\\\\/bfnrtux]|\\\\u[dD][89c-fC-F][0-9a-f]{2}|\\\\u[0-9a-f]{3,4}|[a ü]){0,4}",
    ) {
        compare(&number)?;
        compare(&format!("\"{text}\""))?;
    }

    #[test]
    fn damaged_json_is_read_or_refused_as_serde_json_does(
        json in json(),
        at in any::<prop::sample::Index>(),
        length in 0usize..4,
        put in prop::sample::select(vec!["", "0", "-", "1e999", "nul", "[", "}", "\"", "\\", "\\ud800", ",", ":", "\u{0}"]),
    ) {
        let json: Vec<char> = json.to_string().chars().collect();
        let at = at.index(json.len());
        let end = (at + length).min(json.len());
        let damaged = json[..at].iter().copied().chain(put.chars()).chain(json[end..].iter().copied());
        compare(&damaged.collect::<String>())?;
    }
}

/// To the last bit what the standard library reads.
fn compare_double(text: &str) -> Result<(), TestCaseError> {
    let (ours, theirs) = (double(text), text.parse::<f64>().ok());
    prop_assert_eq!(ours.map(f64::to_bits), theirs.map(f64::to_bits), "{}: {:?}, {:?}", text, ours, theirs);
    Ok(())
}

/// Half of a decimal number, with one digit more.
fn halved(text: &str) -> String {
    let mut rest = 0;
    let mut half = |c: char| match c.to_digit(10) {
        None => c,
        Some(digit) => {
            let twice = 10 * rest + digit;
            rest = twice % 2;
            char::from_digit(twice / 2, 10).unwrap()
        }
    };
    text.chars().chain(['0']).map(&mut half).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn every_double_is_read_to_its_last_bit(bits in any::<u64>(), digits in 0usize..40) {
        let number = f64::from_bits(bits);
        for text in [format!("{number:?}"), format!("{number:e}"), format!("{number:.digits$e}")] {
            compare_double(&text)?;
        }
    }

    #[test]
    fn numbers_are_read_as_the_standard_library_reads_them(
        text in "[+-]?[0-9]{0,25}\\.?[0-9]{0,25}([eE][+-]?[0-9]{0,3})?",
        small in "0\\.0{300,330}[0-9]{1,40}",
        any in "[0-9.eE+-naif]{0,8}",
    ) {
        compare_double(&text)?;
        compare_double(&small)?;
        compare_double(&any)?;
    }

    /// Where two doubles are equally near, and close to there.
    #[test]
    fn halves_are_rounded_to_even(mantissa in (1u128 << 53)..(1 << 54), shift in 0u32..70, fewer in 0u32..54) {
        let half = (mantissa | 1) << shift;
        for number in [half - 1, half, half + 1] {
            compare_double(&number.to_string())?;
            compare_double(&format!("{number}.{}1", "0".repeat(900)))?;
        }
        // The digits of every double come to an end, so those of its half do too: where that is none, it lies
        // between two.
        let small = format!("{:.1074}", f64::from_bits((mantissa as u64 >> fewer) | 1));
        compare_double(&small)?;
        let half = halved(&small);
        compare_double(&half)?;
        compare_double(&format!("{half}00000000001"))?;
    }
}

/// The ends of the doubles, and the places beyond.
#[test]
fn the_largest_and_the_smallest_double() {
    let smallest = format!("{:.1074}", f64::from_bits(1));
    for text in [
        "1.7976931348623157e308",
        "1.7976931348623158e308",
        "1.7976931348623159e308",
        "1.8e308",
        "2e308",
        "1e309",
        "5e-324",
        "2.4703282292062327e-324",
        "2.4703282292062328e-324",
        "2.2250738585072011e-308",
        "1e-400",
        "1e99999999999999999999",
        "1e-99999999999999999999",
        "-0",
        "0e999999999",
        "inf",
        "-Infinity",
        "NaN",
        "",
        ".",
        "+",
        "1.",
        ".1",
        "1e",
        "e1",
        "1e+",
        "--1",
        "+1",
        "1_0",
        "0x1",
        "١",
        &smallest,
        &halved(&smallest),
        &format!("0.{}1e10000", "0".repeat(9999)),
        &format!("{}e-5000", "9".repeat(5000)),
    ] {
        compare_double(text).unwrap();
    }
}

/// A file cannot use up the stack.
#[test]
fn deep_nesting_is_refused() {
    for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
        let nested = |depth: usize| format!("{}0{}", open.repeat(depth), close.repeat(depth));
        for depth in [1, 127, 128, 129, 100_000] {
            let (ours, theirs) = (nested(depth), serde_json::from_str::<Theirs>(&nested(depth)));
            assert_eq!(Value::parse(&ours).is_ok(), theirs.is_ok(), "{depth}");
        }
        assert!(Value::parse(&open.repeat(1_000_000)).is_err());
    }
}

#[test]
fn what_is_no_json_is_told_with_its_place() {
    for (text, path, says) in [
        (
            "hello",
            "",
            "expected a value at line 1 column 1; this is not JSON: take a file that was saved here",
        ),
        ("", "", "expected a value at line 1 column 1; the file ends too early: take a whole one"),
        ("{\"a\": [0,\n NaN]}", "a[1]", "expected a value at line 2 column 2; this is not JSON"),
        ("{\"a\": [0", "a", "expected , or ] at line 1 column 9; the file ends too early"),
        ("{} {}", "", "one scenario and nothing after it is read: trailing characters at line 1 column 4"),
    ] {
        let mistake = Value::parse(text).unwrap_err();
        assert_eq!(mistake.path(), path);
        assert!(mistake.to_string().starts_with(says), "{mistake}");
    }
}
