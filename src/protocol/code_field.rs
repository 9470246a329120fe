//! How Business Central writes a field of type Code.

/// Upper case as a Code field has it (business-central.md 2.1): letter by letter, so that nothing grows longer. Covers
/// the letters of European languages; Unicode's whole table would weigh more than this file.
pub fn code(text: &str) -> String {
    let upper = |sign: char| {
        let shift = match sign {
            'a'..='z' | '\u{e0}'..='\u{f6}' | '\u{f8}'..='\u{fe}' | 'α'..='ρ' | 'σ'..='ϋ' | 'а'..='я' => 32,
            'ѐ'..='џ' => 80,
            // Latin Extended-A: pairs of capital and small letter, but for a few.
            '\u{101}'..='\u{137}' if sign != 'ı' => u32::from(sign) & 1,
            '\u{13a}'..='\u{148}' | '\u{17a}'..='\u{17e}' => 1 - (u32::from(sign) & 1),
            '\u{14b}'..='\u{177}' => u32::from(sign) & 1,
            _ => 0,
        };
        char::from_u32(u32::from(sign) - shift).unwrap_or(sign)
    };
    text.chars().map(upper).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_upper_case_letter_by_letter() {
        let letters = ('a'..='ž').chain('α'..='ϋ').chain('а'..='џ').filter(|sign| {
            // What Unicode writes with two letters or with a letter from elsewhere stays as it is.
            let mut upper = sign.to_uppercase();
            let (first, more) = (upper.next().unwrap(), upper.next().is_some());
            !more && !matches!(sign, 'µ' | 'ÿ' | 'ı' | 'ς') && first.len_utf8() == sign.len_utf8()
        });
        for sign in letters {
            assert_eq!(code(&sign.to_string()), sign.to_uppercase().to_string(), "{sign} {:x}", u32::from(sign));
        }
        assert_eq!(code("Käse & Brød ß 店 1"), "KÄSE & BRØD ß 店 1");
    }
}
