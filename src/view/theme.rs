//! The colours of the page, in a light and a dark theme: each symbol has the same hue everywhere.
//!
//! The hues are those of Okabe and Ito (2008), which colour-blind readers can tell apart, darkened or
//! lightened until text in them is readable. `www/style.css` has the same values, with the names of
//! [`Palette::css_variables`].

use crate::scenario::MAX_RUNS;
use plotters::style::RGBColor;

/// The dash pattern of each run's line, in CSS pixels: dash, gap, dash, … A solid line has none.
pub const DASHES: [&[f64]; MAX_RUNS] = [&[], &[8.0, 4.0], &[2.0, 3.0], &[9.0, 3.0, 2.0, 3.0]];

/// The colours of the runs, in the light and in the dark theme.
const RUNS: [[u32; MAX_RUNS]; 2] =
    [[0x3d2fb3, 0xd0185a, 0x557f00, 0x007e8b], [0x9a86ff, 0xff6b97, 0xb8d84a, 0x5fdcdc]];

/// Defines [`Palette`] from the table of its colours: field, custom property, colour in the light theme, colour in
/// the dark theme.
macro_rules! palette {
    ($($(#[$doc:meta])* $field:ident: $property:literal, $light:literal, $dark:literal;)*) => {
        /// All colours of a theme.
        #[derive(Clone, Copy, Debug, PartialEq)]
        pub struct Palette {
            $($(#[$doc])* pub $field: RGBColor,)*
            /// The compared runs, in order; their [`DASHES`] differ too.
            pub runs: [RGBColor; MAX_RUNS],
        }

        impl Palette {
            /// The dark or the light theme.
            pub fn of(dark: bool) -> Self {
                let theme = usize::from(dark);
                Self { $($field: rgb([$light, $dark][theme]),)* runs: RUNS[theme].map(rgb) }
            }

            /// All colours as custom properties of the style sheet: `("--a", "#00549b")`.
            pub fn css_variables(&self) -> Vec<(String, String)> {
                let hex = |RGBColor(red, green, blue): RGBColor| format!("#{red:02x}{green:02x}{blue:02x}");
                let runs = self.runs.into_iter().enumerate();
                let runs = runs.map(|(run, colour)| (format!("--run-{}", run + 1), hex(colour)));
                [$(($property.to_owned(), hex(self.$field)),)*].into_iter().chain(runs).collect()
            }
        }
    };
}

palette! {
    /// Background of the page.
    background: "--background", 0xfafaf7, 0x14171c;
    /// Background of cards and boxes.
    surface: "--surface", 0xffffff, 0x1d2128;
    /// Words and numbers.
    text: "--text", 0x1b1f24, 0xe8eaed;
    /// Text that the current moment does not use, and small print.
    faded: "--faded", 0x5f6670, 0x9aa3ae;
    /// Borders and grid lines.
    line: "--line", 0xc9cdd3, 0x3d444f;
    /// a, and x, the activations of the input layer.
    a: "--a", 0x00549b, 0x5aa9f0;
    /// z
    z: "--z", 0x0b74a0, 0x8ad3f5;
    /// δ
    delta: "--delta", 0xb84200, 0xff8a4c;
    /// w; in the picture, positive weights.
    w: "--w", 0x7a5c00, 0xe8ae2c;
    /// Negative weights in the picture; their lines are dashed too.
    w_negative: "--w-negative", 0x5a6788, 0xa3b0d0;
    /// b and ∂C/∂b
    b: "--b", 0x9c3a78, 0xe58dc0;
    /// C and y
    cost: "--cost", 0x00704f, 0x3cc49a;
    /// Marks what the current moment reads and writes.
    highlight: "--highlight", 0xe6b400, 0xf0e442;
    /// Marks what is selected.
    selected: "--selected", 0x202a44, 0xffffff;
}

impl Palette {
    /// The light theme.
    pub fn light() -> Self {
        Self::of(false)
    }

    /// The dark theme.
    pub fn dark() -> Self {
        Self::of(true)
    }
}

/// A colour from 0xRRGGBB.
fn rgb(value: u32) -> RGBColor {
    let [_, red, green, blue] = value.to_be_bytes();
    RGBColor(red, green, blue)
}

/// Mixes `share` of `colour` with `1 − share` of `ground`. Colours are faded by mixing, not by transparency,
/// so that nothing shows through a faded line.
///
/// ```
/// use deltascope::view::theme::mix;
/// use plotters::style::RGBColor;
///
/// assert_eq!(mix(RGBColor(100, 0, 0), RGBColor(0, 100, 0), 0.25), RGBColor(25, 75, 0));
/// ```
pub fn mix(colour: RGBColor, ground: RGBColor, share: f64) -> RGBColor {
    let part = |colour: u8, ground: u8| {
        (share * f64::from(colour) + (1.0 - share) * f64::from(ground)).round() as u8
    };
    RGBColor(part(colour.0, ground.0), part(colour.1, ground.1), part(colour.2, ground.2))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A channel in linear light, WCAG 2.
    fn linear(channel: u8) -> f64 {
        let channel = f64::from(channel) / 255.0;
        if channel <= 0.04045 { channel / 12.92 } else { ((channel + 0.055) / 1.055).powf(2.4) }
    }

    /// Relative luminance, WCAG 2.
    fn luminance(RGBColor(red, green, blue): RGBColor) -> f64 {
        0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
    }

    /// Contrast ratio, WCAG 2.
    fn contrast(one: RGBColor, other: RGBColor) -> f64 {
        let (one, other) = (luminance(one), luminance(other));
        (one.max(other) + 0.05) / (one.min(other) + 0.05)
    }

    #[test]
    fn text_in_every_hue_has_enough_contrast() {
        for palette in [Palette::light(), Palette::dark()] {
            let Palette { text, faded, a, z, delta, w, w_negative, b, cost, .. } = palette;
            for colour in [text, faded, a, z, delta, w, w_negative, b, cost].into_iter().chain(palette.runs) {
                for ground in [palette.background, palette.surface] {
                    let ratio = contrast(colour, ground);
                    assert!(ratio >= 4.5, "{colour:?} on {ground:?}: {ratio:.2}");
                }
            }
            assert!(contrast(palette.selected, palette.background) >= 3.0);
        }
    }

    /// A colour as perceived with one kind of colour vision, in CIE L*a*b*. The matrices are those of Machado,
    /// Oliveira and Fernandes (2009).
    fn perceived([red, green, blue]: [[f64; 3]; 3], colour: RGBColor) -> [f64; 3] {
        let rgb = [colour.0, colour.1, colour.2].map(linear);
        let channel = |row: [f64; 3]| (row[0] * rgb[0] + row[1] * rgb[1] + row[2] * rgb[2]).clamp(0.0, 1.0);
        let (r, g, b) = (channel(red), channel(green), channel(blue));
        let root = |share: f64| {
            if share > 0.008856 { share.cbrt() } else { 7.787 * share + 16.0 / 116.0 }
        };
        let x = root((0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.9505);
        let y = root(0.2126 * r + 0.7152 * g + 0.0722 * b);
        let z = root((0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.089);
        [116.0 * y - 16.0, 500.0 * (x - y), 200.0 * (y - z)]
    }

    #[test]
    fn the_colours_of_runs_differ_for_colour_blind_readers() {
        let visions = [
            [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]],
            [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]],
            [
                [0.152286, 1.052583, -0.204868],
                [0.114503, 0.786281, 0.099216],
                [-0.003882, -0.048116, 1.051998],
            ],
            [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.3039]],
        ];
        for Palette { runs, .. } in [Palette::light(), Palette::dark()] {
            for (index, one) in runs.iter().enumerate() {
                for (other, vision) in
                    runs[..index].iter().flat_map(|other| visions.map(|vision| (other, vision)))
                {
                    let (one, other) = (perceived(vision, *one), perceived(vision, *other));
                    let distance = (0..3).map(|i| (one[i] - other[i]).powi(2)).sum::<f64>().sqrt();
                    assert!(distance >= 16.0, "{one:?} and {other:?}: distance {distance:.0}");
                }
            }
        }
    }

    #[test]
    fn no_two_hues_are_the_same() {
        for palette in [Palette::light(), Palette::dark()] {
            let variables = palette.css_variables();
            for (i, (name, value)) in variables.iter().enumerate() {
                assert!(variables[..i].iter().all(|(_, other)| other != value), "{name}");
            }
        }
    }
}
