//! The names of months and days of the week in the languages that sources are written in.
//! Pure: words in, numbers out.

use std::collections::HashMap;
use std::sync::LazyLock;

/// From January. Each begins with its short name, of three letters.
pub const ENGLISH_MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

/// Months by their forms in each language, from January: `/` parts the months, blanks the forms. Letters are plain, as
/// `plain_letters` makes them.
const MONTHS: [&str; 32] = [
    // English, and the abbreviations that many languages share.
    "january jan/february feb febr/march mar/april apr/may/june jun/july jul/august aug/september sep sept/october oct/november nov/december dec",
    // Welsh.
    "ionawr ion/chwefror chwef chw/mawrth maw/ebrill ebr/mai/mehefin meh/gorffennaf gorff gor/awst/medi/hydref hyd/tachwedd tach/rhagfyr rhag rha",
    // French.
    "janvier janv/fevrier fevr fev/mars/avril avr/mai/juin/juillet juil/aout/septembre/octobre/novembre/decembre",
    // German and Austrian.
    "januar janner jaenner/februar feber/marz maerz mrz/april/mai/juni/juli/august/september/oktober okt/november/dezember dez",
    // Spanish.
    "enero ene/febrero/marzo/abril abr/mayo/junio/julio/agosto ago/septiembre setiembre/octubre/noviembre/diciembre dic",
    // Italian.
    "gennaio gen genn/febbraio febbr/marzo/aprile/maggio mag/giugno giu/luglio lug/agosto/settembre set sett/ottobre ott/novembre/dicembre",
    // Portuguese.
    "janeiro/fevereiro/marco/abril/maio/junho/julho/agosto/setembro/outubro out/novembro/dezembro",
    // Dutch.
    "januari/februari/maart mrt/april/mei/juni/juli/augustus/september/oktober/november/december",
    // Polish.
    "styczen stycznia sty/luty lutego lut/marzec marca/kwiecien kwietnia kwi/maj maja/czerwiec czerwca cze/lipiec lipca lip/sierpien sierpnia sie/wrzesien wrzesnia wrz/pazdziernik pazdziernika paz/listopad listopada lis/grudzien grudnia gru",
    // Swedish, Danish, Norwegian.
    "januari januar/februari februar/mars marts/april/maj mai/juni/juli/augusti august/september/oktober okt/november/december desember des",
    // Czech and Slovak.
    "leden ledna januara/unor unora februara/brezen brezna/duben dubna aprila/kveten kvetna/cerven cervna juna/cervenec cervence jula/srpen srpna augusta/zari septembra/rijen rijna oktobra/listopadu novembra/prosinec prosince decembra",
    // Croatian: what is another month in Polish or Czech is in `croatian_month`.
    "sijecanj sijecnja sij/veljaca veljace velj/ozujak ozujka ozu/travanj travnja tra/svibanj svibnja svi/lipanj lipnja/srpanj srpnja/kolovoz kolovoza kol/rujan rujna ruj/listopad_/studeni studenoga studenog stu/prosinac prosinca",
    // Bulgarian.
    "януари/февруари/март/април/май/юни/юли/август/септември/октомври/ноември/декември",
    // Lithuanian.
    "sausis sausio/vasaris vasario/kovas kovo/balandis balandzio/geguze geguzes/birzelis birzelio/liepa liepos/rugpjutis rugpjucio/rugsejis rugsejo/spalis spalio/lapkritis lapkricio/gruodis gruodzio",
    // Latvian.
    "janvaris janvari/februaris februari/marts marta/aprilis aprili/maijs maija/junijs junija/julijs julija/augusts augusta/septembris septembri/oktobris oktobri/novembris novembri/decembris decembri",
    // Estonian, and Indonesian where it is like no other.
    "jaanuar/veebruar/marts maret/aprill/mai/juuni/juuli/august agustus/september/oktoober/november/detsember",
    // Hungarian.
    "januar/februar/marcius marc/aprilis/majus/junius/julius/augusztus/szeptember szept/oktober/november/december",
    // Romanian.
    "ianuarie ian/februarie/martie/aprilie/mai/iunie iun/iulie iul/august/septembrie/octombrie/noiembrie noi/decembrie",
    // Greek.
    "ιανουαριος ιανουαριου ιαν/φεβρουαριος φεβρουαριου φεβ/μαρτιος μαρτιου μαρ/απριλιος απριλιου απρ/μαιος μαιου μαι/ιουνιος ιουνιου ιουν/ιουλιος ιουλιου ιουλ/αυγουστος αυγουστου αυγ/σεπτεμβριος σεπτεμβριου σεπ σεπτ/οκτωβριος οκτωβριου οκτ/νοεμβριος νοεμβριου νοε νοεμ/δεκεμβριος δεκεμβριου δεκ",
    // Russian.
    "январь января янв/февраль февраля фев/март марта мар/апрель апреля апр/май мая/июнь июня июн/июль июля июл/август августа авг/сентябрь сентября сен сент/октябрь октября окт/ноябрь ноября ноя/декабрь декабря дек",
    // Ukrainian.
    "січень січня/лютий лютого/березень березня/квітень квітня/травень травня/червень червня/липень липня/серпень серпня/вересень вересня/жовтень жовтня/листопад листопада/грудень грудня",
    // Turkish.
    "ocak/subat/mart/nisan/mayis/haziran/temmuz/agustos/eylul/ekim/kasim/aralik",
    // Finnish.
    "tammikuu tammikuuta/helmikuu helmikuuta/maaliskuu maaliskuuta/huhtikuu huhtikuuta/toukokuu toukokuuta/kesakuu kesakuuta/heinakuu heinakuuta/elokuu elokuuta/syyskuu syyskuuta/lokakuu lokakuuta/marraskuu marraskuuta/joulukuu joulukuuta",
    // Catalan.
    "gener/febrer/marc/abril/maig/juny/juliol/agost/setembre/octubre/novembre/desembre",
    // Arabic: of Egypt and the Gulf, of the Levant and Iraq, of the Maghreb.
    "يناير/فبراير/مارس/ابريل/مايو/يونيو يونيه/يوليو يوليه/اغسطس/سبتمبر/اكتوبر/نوفمبر/ديسمبر",
    "كانون_الثاني/شباط/اذار/نيسان/ايار/حزيران/تموز/اب/ايلول/تشرين_الاول/تشرين_الثاني/كانون_الاول",
    "جانفي/فيفري/مارس/افريل/ماي/جوان/جويلية/اوت/سبتمبر/اكتوبر/نوفمبر/ديسمبر",
    // Persian and Urdu, for the calendar of most of the world.
    "ژانویه/فوریه/مارس/اوریل/مه/ژوین/ژوییه/اوت/سپتامبر/اکتبر/نوامبر/دسامبر",
    "جنوری/فروری/مارچ/اپریل/میی/جون/جولایی/اگست/ستمبر/اکتوبر/نومبر/دسمبر",
    // Hindi.
    "जनवरी/फरवरी/मार्च/अप्रैल/मई/जून/जुलाई/अगस्त/सितंबर सितम्बर/अक्टूबर अक्तूबर/नवंबर नवम्बर/दिसंबर दिसम्बर",
    // Hebrew, without and with "in" before it.
    "ינואר בינואר/פברואר בפברואר/מרץ במרץ מרס במרס/אפריל באפריל/מאי במאי/יוני ביוני/יולי ביולי/אוגוסט באוגוסט/ספטמבר בספטמבר/אוקטובר באוקטובר/נובמבר בנובמבר/דצמבר בדצמבר",
    // Bengali.
    "জানুযারি জানুযারী/ফেব্রুযারি ফেব্রুযারী/মার্চ/এপ্রিল/মে/জুন/জুলাই/আগস্ট/সেপ্টেম্বর/অক্টোবর/নভেম্বর/ডিসেম্বর",
];

/// Months of two words, and the one word that they become.
pub const TWO_WORD_MONTHS: [(&str, &str); 6] = [
    ("كانون الثاني", "كانون_الثاني"),
    ("كانون الأول", "كانون_الاول"),
    ("كانون الاول", "كانون_الاول"),
    ("تشرين الثاني", "تشرين_الثاني"),
    ("تشرين الأول", "تشرين_الاول"),
    ("تشرين الاول", "تشرين_الاول"),
];

/// Days of the week, from Monday: `/` parts the days, blanks the forms. What is in several languages stands once.
const WEEKDAYS: [&str; 7] = [
    "monday mon llun lundi lun montag mo lunes lunedi segunda seg maandag ma poniedzialek pon mandag man pondeli po hetfo luni δευτερα δευ понедельник пн pazartesi maanantai الاثنين دوشنبه सोमवार",
    "tuesday tue tues mawrth mardi mar dienstag di die martes martedi terca ter dinsdag wtorek wt tirsdag tisdag tir tis utery ut kedd marti τριτη τρι вторник вт sali tiistai الثلاثاء سهشنبه منگل मंगलवार",
    "wednesday wed weds mercher mercredi mer mittwoch mi mit miercoles mie mercoledi quarta qua woensdag wo sroda sr onsdag ons streda st szerda miercuri τεταρτη τετ среда ср carsamba keskiviikko الاربعاء چهارشنبه بدھ बुधवार",
    "thursday thu thur thurs iau jeudi jeu donnerstag do don jueves jue giovedi gio quinta qui donderdag czwartek czw torsdag tor ctvrtek ct csutortok joi πεμπτη πεμ четверг чт persembe torstai الخميس پنجشنبه جمعرات गुरुवार बृहस्पतिवार",
    "friday fri gwener vendredi ven freitag fr viernes vie venerdi sexta sex vrijdag vr piatek pt pia fredag fre patek pa pentek vineri παρασκευη παρ пятница пт cuma perjantai الجمعة جمعه शुक्रवार",
    "saturday sat sadwrn samedi sam samstag sonnabend sa sabado sab sabato zaterdag za sobota sob so lordag lor szombat sambata σαββατο σαβ суббота сб cumartesi lauantai السبت شنبه ہفتہ शनिवार",
    "sunday sun sul dimanche dim sonntag domingo dom domenica zondag zo niedziela niedz nie ndz sondag son nedele ne vasarnap duminica κυριακη κυρ воскресенье вс pazar sunnuntai الاحد یکشنبه اتوار रविवार",
];

/// Words that stand between the parts of a date and say nothing.
const FILLERS: [&str; 59] = [
    "standard",
    "daylight",
    "summer",
    "mean",
    "time",
    "of",
    "the",
    "de",
    "del",
    "di",
    "le",
    "den",
    "der",
    "dem",
    "am",
    "um",
    "at",
    "on",
    "y",
    "e",
    "o",
    "i",
    "kl",
    "klo",
    "uhr",
    "h",
    "od",
    "ar",
    "dydd",
    "el",
    "a",
    "as",
    "alle",
    "ore",
    "om",
    "r",
    "roku",
    "р",
    "m",
    "d",
    "gada",
    "dnia",
    "г",
    "года",
    "feira",
    "dne",
    "dia",
    "les",
    "au",
    "à",
    "vom",
    "u",
    "hod",
    "p",
    "م",
    "في",
    "يوم",
    "الساعة",
    "عند",
];

/// A word in lower case without accents.
pub fn plain_letters(word: &str) -> String {
    let mut plain = String::with_capacity(word.len());
    for c in word.chars().flat_map(char::to_lowercase) {
        match c {
            '\u{300}'..='\u{36f}' => {}
            'á' | 'à' | 'â' | 'ä' | 'ã' | 'å' | 'ą' | 'ă' | 'ā' => plain.push('a'),
            'ç' | 'ć' | 'č' => plain.push('c'),
            'ď' | 'đ' => plain.push('d'),
            'é' | 'è' | 'ê' | 'ë' | 'ę' | 'ě' | 'ė' | 'ē' => plain.push('e'),
            'ķ' => plain.push('k'),
            'ğ' | 'ģ' => plain.push('g'),
            'í' | 'ì' | 'î' | 'ï' | 'ı' | 'ī' | 'į' => plain.push('i'),
            'ł' | 'ľ' | 'ļ' => plain.push('l'),
            'ñ' | 'ń' | 'ň' | 'ņ' => plain.push('n'),
            'ó' | 'ò' | 'ô' | 'ö' | 'õ' | 'ő' | 'ø' => plain.push('o'),
            'ř' => plain.push('r'),
            'ś' | 'š' | 'ş' | 'ș' => plain.push('s'),
            'ß' => plain.push_str("ss"),
            'ť' | 'ţ' | 'ț' => plain.push('t'),
            'ú' | 'ù' | 'û' | 'ü' | 'ű' | 'ů' | 'ū' | 'ų' => plain.push('u'),
            'ý' => plain.push('y'),
            'ź' | 'ž' | 'ż' => plain.push('z'),
            'ά' => plain.push('α'),
            'έ' => plain.push('ε'),
            'ή' => plain.push('η'),
            'ί' | 'ϊ' | 'ΐ' => plain.push('ι'),
            'ό' => plain.push('ο'),
            'ύ' | 'ϋ' | 'ΰ' => plain.push('υ'),
            'ώ' => plain.push('ω'),
            'ё' => plain.push('е'),
            'أ' | 'إ' | 'آ' => plain.push('ا'),
            'ئ' => plain.push('ی'),
            '\u{64b}'..='\u{65f}' | '\u{200c}' | '\u{200d}' => {}
            // One letter of Hindi and Bengali in two spellings: with its dot, and with the dot behind it.
            '\u{93c}' | '\u{9bc}' => {}
            '\u{9df}' => plain.push('\u{9af}'),
            _ => plain.push(c),
        }
    }
    plain
}

static MONTH_NUMBERS: LazyLock<HashMap<&str, u32>> = LazyLock::new(|| {
    let forms = |months: &'static str| {
        (1..).zip(months.split('/')).flat_map(|(number, forms)| numbered(forms, number))
    };
    MONTHS.into_iter().flat_map(forms).collect()
});
static WEEKDAY_NUMBERS: LazyLock<HashMap<&str, u32>> = LazyLock::new(|| {
    (0..7).zip(WEEKDAYS).rev().flat_map(|(number, forms)| numbered(forms, number)).collect()
});

fn numbered(forms: &'static str, number: u32) -> impl Iterator<Item = (&'static str, u32)> {
    forms.split(' ').map(move |form| (form, number))
}

/// Whether a word is the English name of a month, whole or short, in lower case.
pub fn is_english_month(word: &str) -> bool {
    word == "sept" || ENGLISH_MONTHS.iter().any(|name| *name == word || name[..3] == *word)
}

/// The number of a month, from 1, by its name in plain letters.
pub fn month(word: &str) -> Option<u32> {
    MONTH_NUMBERS.get(word).copied()
}

/// The month that a name is in Croatian, where it is another in Polish and Czech: "listopada" is October there, November here.
pub fn croatian_month(word: &str) -> Option<u32> {
    match word {
        "lip" => Some(6),
        "lis" | "listopad" | "listopada" => Some(10),
        _ => None,
    }
}

/// The number of a month in Roman numerals, as Hungarians and Poles write it: "3 XII 2020".
pub fn roman_month(word: &str) -> Option<u32> {
    const NUMERALS: [&str; 12] =
        ["I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII"];
    (1..).zip(NUMERALS).find(|(_, numeral)| *numeral == word).map(|(number, _)| number)
}

/// The number of a day of the week, from 0 for Monday.
pub fn weekday(word: &str) -> Option<u32> {
    WEEKDAY_NUMBERS.get(word).copied()
}

pub fn is_filler(word: &str) -> bool {
    FILLERS.contains(&word)
}

/// What makes a number a day: "3rd", "1er", "3ydd", "3.º".
pub fn is_ordinal_ending(word: &str) -> bool {
    matches!(
        word,
        "st" | "nd"
            | "rd"
            | "th"
            | "er"
            | "ere"
            | "re"
            | "eme"
            | "e"
            | "ed"
            | "eg"
            | "fed"
            | "af"
            | "il"
            | "ydd"
            | "ain"
            | "º"
            | "ª"
            | "te"
            | "ter"
            | "ste"
            | "de"
            | "a"
            | "an"
            | "en"
            | "i"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_language_has_twelve_months() {
        for months in MONTHS {
            assert_eq!(months.split('/').count(), 12, "{months}");
            for form in months.split(['/', ' ']) {
                assert_eq!(plain_letters(form), form, "{months}");
                assert!(!form.is_empty(), "{months}");
            }
        }
    }

    #[test]
    fn no_name_is_two_months() {
        let mut seen = std::collections::BTreeMap::new();
        for months in MONTHS {
            for (number, forms) in (1_u32..).zip(months.split('/')) {
                for form in forms.split(' ') {
                    assert_eq!(*seen.entry(form).or_insert(number), number, "{form}");
                }
            }
        }
    }
}
