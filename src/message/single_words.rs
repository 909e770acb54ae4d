//! The words of messages to one person, by language: a confirmation, a reminder, a welcome.
//! Pure: a table.

/// The words of one language; `{name}` stands for the newsletter.
#[derive(Debug)]
pub(super) struct SingleWords {
    language: &'static str,
    pub is_right_to_left: bool,
    pub confirm_subject: &'static str,
    pub remind_subject: &'static str,
    pub confirm_text: &'static str,
    pub confirm_button: &'static str,
    /// Below the button.
    pub confirm_note: &'static str,
    pub already_subject: &'static str,
    pub already_text: &'static str,
    pub welcome_subject: &'static str,
    pub welcome_text: &'static str,
    pub leave: &'static str,
    pub never_again: &'static str,
}

const WORDS: [SingleWords; 4] = [
    SingleWords {
        language: "en",
        is_right_to_left: false,
        confirm_subject: "Please confirm: {name} by email",
        remind_subject: "A reminder: please confirm {name} by email",
        confirm_text: "Somebody signed up for {name} with this address. If it was you, press the button, and you are on \
                       the list.",
        confirm_button: "Yes, sign me up",
        confirm_note: "The link works for 7 days. If it was not you, do nothing: you are not on the list, and we delete \
                       this address after 30 days.",
        already_subject: "You are on the list of {name} already",
        already_text: "Somebody signed up for {name} with this address. It is on the list already, so there is nothing \
                       to do.",
        welcome_subject: "Welcome to {name}",
        welcome_text: "Thank you for confirming. You are on the list and will receive {name} from now on. Every email has \
                       a link for leaving.",
        leave: "Stop all emails",
        never_again: "This was not me: do not write to me again",
    },
    SingleWords {
        language: "cy",
        is_right_to_left: false,
        confirm_subject: "Cadarnhewch: {name} drwy e-bost",
        remind_subject: "Nodyn atgoffa: cadarnhewch {name} drwy e-bost",
        confirm_text: "Cofrestrodd rhywun ar gyfer {name} gyda'r cyfeiriad hwn. Os mai chi oedd hynny, pwyswch y botwm, a \
                       byddwch ar y rhestr.",
        confirm_button: "Ie, cofrestrwch fi",
        confirm_note: "Mae'r ddolen yn gweithio am 7 diwrnod. Os nad chi oedd hynny, peidiwch â gwneud dim: nid ydych ar y \
                       rhestr, a byddwn yn dileu'r cyfeiriad hwn ar ôl 30 diwrnod.",
        already_subject: "Rydych ar restr {name} eisoes",
        already_text: "Cofrestrodd rhywun ar gyfer {name} gyda'r cyfeiriad hwn. Mae ar y rhestr eisoes, felly nid oes dim \
                       i'w wneud.",
        welcome_subject: "Croeso i {name}",
        welcome_text: "Diolch am gadarnhau. Rydych ar y rhestr a byddwch yn derbyn {name} o hyn ymlaen. Mae dolen i adael \
                       ym mhob e-bost.",
        leave: "Atal pob e-bost",
        never_again: "Nid fi oedd hwn: peidiwch ag ysgrifennu ataf eto",
    },
    SingleWords {
        language: "fr",
        is_right_to_left: false,
        confirm_subject: "Veuillez confirmer : {name} par e-mail",
        remind_subject: "Rappel : veuillez confirmer {name} par e-mail",
        confirm_text: "Quelqu’un s’est inscrit à {name} avec cette adresse. Si c’était vous, appuyez sur le bouton et vous \
                       serez sur la liste.",
        confirm_button: "Oui, inscrivez-moi",
        confirm_note: "Le lien est valable 7 jours. Si ce n’était pas vous, ne faites rien : vous n’êtes pas sur la liste \
                       et nous effacerons cette adresse au bout de 30 jours.",
        already_subject: "Vous êtes déjà sur la liste de {name}",
        already_text: "Quelqu’un s’est inscrit à {name} avec cette adresse. Elle est déjà sur la liste : il n’y a rien à \
                       faire.",
        welcome_subject: "Bienvenue à {name}",
        welcome_text: "Merci d’avoir confirmé. Vous êtes sur la liste et recevrez désormais {name}. Chaque e-mail contient \
                       un lien pour vous désinscrire.",
        leave: "Arrêter tous les e-mails",
        never_again: "Ce n’était pas moi : ne m’écrivez plus",
    },
    SingleWords {
        language: "ar",
        is_right_to_left: true,
        confirm_subject: "يرجى التأكيد: {name} بالبريد الإلكتروني",
        remind_subject: "تذكير: يرجى تأكيد {name} بالبريد الإلكتروني",
        confirm_text: "اشترك شخص في {name} بهذا العنوان. إن كنت أنت فاضغط على الزر لتكون في القائمة.",
        confirm_button: "نعم، أريد الاشتراك",
        confirm_note: "الرابط صالح لمدة 7 أيام. إن لم تكن أنت فلا تفعل شيئًا: لست في القائمة، وسنحذف هذا العنوان بعد 30 \
                       يومًا.",
        already_subject: "أنت في قائمة {name} بالفعل",
        already_text: "اشترك شخص في {name} بهذا العنوان. العنوان في القائمة بالفعل، فلا حاجة إلى فعل شيء.",
        welcome_subject: "أهلًا بك في {name}",
        welcome_text: "شكرًا على التأكيد. أنت في القائمة وستستلم {name} من الآن. في كل رسالة رابط للمغادرة.",
        leave: "إيقاف جميع الرسائل",
        never_again: "لم أكن أنا: لا تكتبوا إليّ بعد الآن",
    },
];

/// The words of a language such as `en` or `cy-GB`; English where we have none.
pub(super) fn of(language: &str) -> (&'static str, &'static SingleWords) {
    let code = language.split(['-', '_']).next().unwrap_or_default().to_lowercase();
    let words = WORDS.iter().find(|words| words.language == code).unwrap_or(&WORDS[0]);
    (words.language, words)
}
