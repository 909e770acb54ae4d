//! Charity numbers as the registers of the British Isles give them.
//! Pure: a line in, what is wrong with it out.

use super::expression::Expression;

/// The number that has the shape of no register, and what is wrong with it.
pub fn misshapen(line: &str) -> Option<(String, &'static str)> {
    // Each number that is said to be a charity's: "charity no. 219099", "rhif 1187654", "nos. 1187654 and SC045678".
    static NAMED: Expression = Expression::new(
        r"(?i)\b(?:charity|elusen)\b[^.;\d]{0,60}?\b(?:n(?:o|um|umber|umbers|r|os)\b\.?|rhif)[:.]? *(?P<one>[A-Za-z]{0,4} ?[0-9][0-9A-Za-z]*(?: [0-9]{3,4})*)(?:\.|,|;|\s|\)|$)",
    );
    static FURTHER: Expression =
        Expression::new(r"\b(?P<one>(?:SC|NIC|RCN|CHY) ?[0-9][0-9A-Za-z]*)\b");
    // Other countries' numbers have other shapes.
    let abroad = [
        "ABN",
        "EIN",
        "501",
        "RR0",
        "RSIN",
        "Australia",
        "Canada",
        "Germany",
        "France",
        "Jersey",
        "Guernsey",
        "Man",
    ];
    if abroad.iter().any(|word| line.contains(word)) {
        return None;
    }
    NAMED
        .captures_iter(line)
        .chain(FURTHER.captures_iter(line))
        .filter_map(|captures| captures.name("one"))
        .filter(|number| !line[..number.start()].trim_end().to_lowercase().ends_with("company no."))
        .find_map(|number| Some((number.as_str().to_owned(), fault(number.as_str())?)))
}

/// What is wrong with one number.
fn fault(number: &str) -> Option<&'static str> {
    let plain: String = number.chars().filter(|c| *c != ' ').collect::<String>().to_uppercase();
    let letters: String = plain.chars().take_while(char::is_ascii_alphabetic).collect();
    let rest = &plain[letters.len()..];
    if !rest.chars().all(|c| c.is_ascii_digit()) {
        // "1187654A" is nobody's, "1I87654" and "12O4567" are a letter for a digit.
        return Some("has a letter among its digits");
    }
    let expected: (&[usize], &str) = match letters.as_str() {
        "" => (&[6, 7, 8], "has the wrong number of digits: in England and Wales it has 6 or 7"),
        "SC" => (&[6], "has the wrong number of digits: in Scotland it is SC and 6 digits"),
        "NIC" => {
            (&[6], "has the wrong number of digits: in Northern Ireland it is NIC and 6 digits")
        }
        "RCN" => (&[8], "has the wrong number of digits: in Ireland it is RCN and 8 digits"),
        _ => return None,
    };
    // Irish numbers have eight digits and begin with 20.
    let is_irish = rest.len() == 8 && rest.starts_with("20");
    let is_right = expected.0.contains(&rest.len()) && (rest.len() != 8 || is_irish);
    (!is_right).then_some(expected.1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_the_registers_and_others() {
        for fine in [
            "Registered charity in England and Wales no. 1199402",
            "Registered charity no. 219 099",
            "Registered charity number 1199402-1",
            "Registered charity in Scotland no. SC012345",
            "Registered charity number: NIC101010",
            "Registered charity in Ireland, RCN 20009502",
            "Elusen gofrestredig rhif 1199402",
            "Registered charity nos. 1199402 and SC045678; company no. 07654321",
            "A charity since 1998",
            "Charity (ABN 12 345 678 901)",
            "Registered with HMRC as a charity (XT 12345)",
        ] {
            assert_eq!(misshapen(fine), None, "{fine}");
        }
        for (line, number) in [
            ("Registered charity no. 11994023456", "11994023456"),
            ("Registered charity no. 1199", "1199"),
            ("Charity number 1l99402", "1l99402"),
            ("Registered charity in Scotland no. SC0123", "SC0123"),
            ("Elusen gofrestredig rhif 119", "119"),
            ("Registered charity nos. 1199402 and SC4567", "SC4567"),
        ] {
            assert_eq!(
                misshapen(line).map(|(number, _)| number).as_deref(),
                Some(number),
                "{line}"
            );
        }
    }
}
