//! Emails that a program answers with for a person: holiday notices and questions whether the sender is real (RFC 3834).
//! Pure: an email in, yes or no out.

use super::fields::HeaderFields;

/// Fields by which a program says that it answers by itself. A value of "no" says the opposite.
const ANSWERS: [&str; 9] = [
    "x-autoreply",
    "x-autoreply-from",
    "x-autorespond",
    "x-autoresponder",
    "x-auto-respond",
    "x-auto-reply",
    "x-mail-autoreply",
    "x-vacation",
    "x-ms-exchange-inbox-rules-loop",
];

/// How subjects of automatic replies begin, or what they hold.
const SUBJECTS: &[&str] = &[
    "automatic reply",
    "automatic response",
    "auto reply",
    "auto-reply",
    "autoreply",
    "auto response",
    "auto-response",
    "autoresponse",
    "auto:",
    "out of office",
    "out of the office",
    "out-of-office",
    "out of town",
    "away from my mail",
    "away from the office",
    "on vacation",
    "vacation reply",
    "vacation message",
    "vacation notice",
    "on holiday",
    "on annual leave",
    "on leave",
    "on maternity leave",
    "maternity leave",
    "parental leave",
    "i am away",
    "i'm away",
    "absence notice",
    "currently unavailable",
    "no longer with",
    "no longer works",
    "has left",
    "abwesenheit",
    "automatische antwort",
    "automatische reaktion",
    "abwesend",
    "nicht im büro",
    "nicht im hause",
    "im urlaub",
    "urlaub",
    "réponse automatique",
    "reponse automatique",
    "absence du bureau",
    "absent du bureau",
    "message d'absence",
    "en congé",
    "absence",
    "respuesta automática",
    "respuesta automatica",
    "fuera de la oficina",
    "de vacaciones",
    "risposta automatica",
    "fuori sede",
    "fuori ufficio",
    "assenza dall'ufficio",
    "resposta automática",
    "resposta automatica",
    "fora do escritório",
    "ausência",
    "automatisch antwoord",
    "afwezig",
    "niet aanwezig",
    "buiten kantoor",
    "autosvar",
    "automatiskt svar",
    "automatisk svar",
    "frånvaro",
    "fravær",
    "ikke til stede",
    "automaattinen vastaus",
    "poissa",
    "automatyczna odpowiedź",
    "autoodpowiedź",
    "poza biurem",
    "automatická odpověď",
    "mimo kancelář",
    "automatická odpoveď",
    "automatikus válasz",
    "házon kívül",
    "răspuns automat",
    "автоответ",
    "автоматический ответ",
    "отсутстви",
    "автоматична відповідь",
    "αυτόματη απάντηση",
    "otomatik yanıt",
    "ofis dışında",
    "ateb awtomatig",
    "allan o'r swyddfa",
    "رد تلقائي",
    "خارج المكتب",
    "מענה אוטומטי",
    "自動応答",
    "自動返信",
    "不在通知",
    "不在のお知らせ",
    "不在",
    "自动回复",
    "自動回覆",
    "外出",
    "자동 회신",
    "자동 응답",
    "부재중",
    "trả lời tự động",
    "balasan otomatis",
    "ตอบกลับอัตโนมัติ",
];

/// How holiday notices begin that come without any field.
const OPENINGS: &[&str] = &[
    "out of the office",
    "out of office",
    "away from the office",
    "on annual leave",
    "on holiday until",
    "on vacation until",
    "i am currently away",
    "i'm currently away",
    "i am on leave",
    "i'm on leave",
    "i am away until",
    "will respond to your email when i return",
    "will reply when i return",
    "limited access to email",
    "limited access to my email",
    "this is an automatic",
    "this is an automated",
    "this is an auto",
    "automatic reply",
    "automated response",
    "no longer work for",
    "no longer work at",
    "no longer works for",
    "no longer works at",
    "no longer employed",
    "i have left the",
    "this mailbox is not monitored",
    "this mailbox is no longer monitored",
    "nicht im büro",
    "außer haus",
    "im urlaub",
    "abwesend",
    "nicht im hause",
    "je suis absent",
    "je suis actuellement absent",
    "je suis en congé",
    "absent du bureau",
    "fuera de la oficina",
    "estoy de vacaciones",
    "estaré ausente",
    "sono assente",
    "sarò assente",
    "fuori ufficio",
    "estou ausente",
    "fora do escritório",
    "ik ben afwezig",
    "niet aanwezig",
    "buiten kantoor",
    "不在にして",
    "休暇",
    "我目前不在",
    "我正在休假",
];

/// What those ask who let only known senders through.
const CHALLENGES: &[&str] = &[
    "confirm that you are a human",
    "confirm you are a human",
    "confirm you are human",
    "prove you are human",
    "verify that you are a human",
    "verify you are a human",
    "verify that you sent",
    "confirm that you sent",
    "confirm your message",
    "confirm your email to",
    "verify your email to",
    "verify your identity as a sender",
    "requires verification",
    "sender verification required",
    "message requires your confirmation",
    "confirmation request",
    "challenge-response",
    "challenge response",
    "challenge/response",
    "boxbe",
    "spam arrest",
    "spamarrest",
    "mailblocks",
    "bluebottle",
    "add you to my approved",
    "add yourself to my",
    "approved senders list",
    "guest list",
    "to have your message delivered, please",
    "your message is being held",
    "your message is awaiting",
    "your email has been quarantined until",
    "please click the link below to confirm",
    "please click on the link below to confirm",
    "please reply to this message to confirm",
    "only have to do this once",
    "need to do this once",
    "bestätigen sie bitte ihre nachricht",
    "veuillez confirmer votre envoi",
];

/// Whether fields or the subject say that a program answers.
pub(super) fn says_so(fields: &HeaderFields, subject: &str) -> bool {
    let word = |name: &str| fields.get(name).trim().to_ascii_lowercase();
    let answers = ANSWERS.iter().any(|name| fields.has(name) && word(name) != "no");
    let submitted = word("auto-submitted");
    let submitted = submitted.split([';', ' ', '(']).next().unwrap_or_default();
    let precedence = word("precedence");
    answers
        || matches!(submitted, "auto-replied" | "auto-notified")
        || matches!(precedence.as_str(), "auto_reply" | "auto-reply" | "autoreply")
        || subject_says_so(subject)
}

fn subject_says_so(subject: &str) -> bool {
    let lower = subject.trim().to_lowercase();
    SUBJECTS.iter().any(|word| lower.contains(word))
}

/// Whether a program wrote it as an answer, by weaker signs: an email that answers another, made by a machine.
pub(super) fn seems_so(fields: &HeaderFields, subject: &str, opening: &str) -> bool {
    let lower = subject.trim().to_lowercase();
    let is_answer = fields.has("in-reply-to")
        || fields.has("references")
        || [
            "re:", "aw:", "sv:", "tr:", "rv:", "r:", "res:", "odp:", "vs:", "ynt:", "antw:", "回复",
        ]
        .iter()
        .any(|mark| lower.starts_with(mark));
    let suppresses = fields.has("x-auto-response-suppress");
    let submitted = fields.get("auto-submitted").trim().to_ascii_lowercase();
    let is_made = suppresses || submitted.starts_with("auto-") || fields.has("x-autogenerated");
    let opens = OPENINGS.iter().any(|words| opening.contains(words));
    (is_answer && is_made) || opens
}

/// Whether somebody's program wants to know whether we are real.
pub(super) fn is_challenge(subject: &str, opening: &str) -> bool {
    let subject = subject.to_lowercase();
    CHALLENGES.iter().any(|words| opening.contains(words) || subject.contains(words))
}

/// Whether a program says that nobody reads this mailbox any more: for people to know, and nothing else.
pub(super) fn says_that_they_left(opening: &str) -> bool {
    [
        "no longer work",
        "no longer employed",
        "no longer with",
        "no longer in use",
        "no longer used",
        "no longer monitored",
        "no longer active",
        "has left",
        "have left",
        "nicht mehr",
        "ne travaille plus",
        "n'est plus utilisée",
        "ya no trabaja",
        "non lavora più",
        "退職",
    ]
    .iter()
    .any(|words| opening.contains(words))
}
