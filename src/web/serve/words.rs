//! The words of the public pages, by language.
//! Pure: a table.

/// The words of one language; `{name}` stands for the newsletter.
#[derive(Debug)]
pub struct PageWords {
    pub language: &'static str,
    pub is_right_to_left: bool,
    pub leave_title: &'static str,
    pub leave_text: &'static str,
    pub leave_button: &'static str,
    /// For somebody to whom the email was forwarded.
    pub whose: &'static str,
    pub why: &'static str,
    /// In the order of `pages::REASONS`.
    pub reasons: [&'static str; 4],
    pub left_title: &'static str,
    pub left_text: &'static str,
    pub stay_text: &'static str,
    pub stay_button: &'static str,
    pub back_title: &'static str,
    pub back_text: &'static str,
    pub not_mailed_title: &'static str,
    pub not_mailed_text: &'static str,
    pub wrong_title: &'static str,
    pub wrong_text: &'static str,
    pub not_now_title: &'static str,
    pub not_now_text: &'static str,
}

const WORDS: [PageWords; 4] = [
    PageWords {
        language: "en",
        is_right_to_left: false,
        leave_title: "Stop receiving {name}?",
        leave_text: "Press the button and we will not email you again.",
        leave_button: "Stop all emails",
        whose: "This page is for the person who received the email. If somebody forwarded it to you, the button \
                stops their emails, not yours.",
        why: "If you like, tell us why",
        reasons: ["Too many emails", "Not what I expected", "I never signed up", "Another reason"],
        left_title: "You have left {name}",
        left_text: "We will not email you again. An email that is already on its way may still reach you.",
        stay_text: "Was that a mistake? You can come back here within 30 days.",
        stay_button: "Stay after all",
        back_title: "You are still on the list",
        back_text: "You will receive {name} as before.",
        not_mailed_title: "You are not on the list",
        not_mailed_text: "We do not send {name} to you. To receive it again, sign up again.",
        wrong_title: "This link does not work",
        wrong_text: "An email program may have cut it short. Open it again from the email, or reply to the email \
                     with the word unsubscribe.",
        not_now_title: "Please try again in a few minutes",
        not_now_text: "We could not save your request just now, so nothing has changed.",
    },
    PageWords {
        language: "cy",
        is_right_to_left: false,
        leave_title: "Rhoi'r gorau i dderbyn {name}?",
        leave_text: "Pwyswch y botwm ac ni fyddwn yn anfon e-bost atoch eto.",
        leave_button: "Atal pob e-bost",
        whose: "Mae'r dudalen hon ar gyfer y person a dderbyniodd yr e-bost. Os cafodd ei anfon ymlaen atoch, mae'r \
                botwm yn atal eu negeseuon nhw, nid eich rhai chi.",
        why: "Os hoffech, dywedwch wrthym pam",
        reasons: [
            "Gormod o negeseuon",
            "Nid yr hyn a ddisgwyliwn",
            "Wnes i erioed gofrestru",
            "Rheswm arall",
        ],
        left_title: "Rydych wedi gadael {name}",
        left_text: "Ni fyddwn yn anfon e-bost atoch eto. Gall neges sydd eisoes ar ei ffordd eich cyrraedd o hyd.",
        stay_text: "Ai camgymeriad oedd hynny? Gallwch ddod yn ôl yma o fewn 30 diwrnod.",
        stay_button: "Aros wedi'r cyfan",
        back_title: "Rydych ar y rhestr o hyd",
        back_text: "Byddwch yn derbyn {name} fel o'r blaen.",
        not_mailed_title: "Nid ydych ar y rhestr",
        not_mailed_text: "Nid ydym yn anfon {name} atoch. I'w dderbyn eto, cofrestrwch eto.",
        wrong_title: "Nid yw'r ddolen hon yn gweithio",
        wrong_text: "Efallai bod rhaglen e-bost wedi ei thorri'n fyr. Agorwch hi eto o'r e-bost, neu atebwch yr e-bost \
                     gyda'r gair unsubscribe.",
        not_now_title: "Rhowch gynnig arall arni mewn ychydig funudau",
        not_now_text: "Ni allem gadw eich cais nawr, felly nid oes dim wedi newid.",
    },
    PageWords {
        language: "fr",
        is_right_to_left: false,
        leave_title: "Ne plus recevoir {name} ?",
        leave_text: "Appuyez sur le bouton et nous ne vous écrirons plus.",
        leave_button: "Arrêter tous les e-mails",
        whose: "Cette page est destinée à la personne qui a reçu l’e-mail. S’il vous a été transféré, le bouton arrête \
                ses e-mails, pas les vôtres.",
        why: "Si vous le souhaitez, dites-nous pourquoi",
        reasons: [
            "Trop d’e-mails",
            "Ce n’est pas ce que j’attendais",
            "Je ne me suis jamais inscrit",
            "Une autre raison",
        ],
        left_title: "Vous ne recevrez plus {name}",
        left_text: "Nous ne vous écrirons plus. Un e-mail déjà en route peut encore vous parvenir.",
        stay_text: "Une erreur ? Vous pouvez revenir ici pendant 30 jours.",
        stay_button: "Rester finalement",
        back_title: "Vous êtes toujours sur la liste",
        back_text: "Vous recevrez {name} comme avant.",
        not_mailed_title: "Vous n’êtes pas sur la liste",
        not_mailed_text: "Nous ne vous envoyons pas {name}. Pour le recevoir, inscrivez-vous à nouveau.",
        wrong_title: "Ce lien ne fonctionne pas",
        wrong_text: "Un programme de messagerie l’a peut-être coupé. Ouvrez-le à nouveau depuis l’e-mail, ou répondez à \
                     l’e-mail avec le mot unsubscribe.",
        not_now_title: "Veuillez réessayer dans quelques minutes",
        not_now_text: "Nous n’avons pas pu enregistrer votre demande : rien n’a changé.",
    },
    PageWords {
        language: "ar",
        is_right_to_left: true,
        leave_title: "هل تريد التوقف عن استلام {name}؟",
        leave_text: "اضغط على الزر ولن نرسل إليك رسائل بعد الآن.",
        leave_button: "إيقاف جميع الرسائل",
        whose: "هذه الصفحة للشخص الذي استلم الرسالة. إذا أعاد أحد توجيهها إليك، فإن الزر يوقف رسائله هو، لا رسائلك.",
        why: "إن أحببت، أخبرنا بالسبب",
        reasons: ["رسائل كثيرة جدًا", "ليست ما توقعته", "لم أشترك قط", "سبب آخر"],
        left_title: "لقد غادرت {name}",
        left_text: "لن نرسل إليك رسائل بعد الآن. قد تصلك رسالة أُرسلت بالفعل.",
        stay_text: "هل كان ذلك خطأ؟ يمكنك العودة هنا خلال 30 يومًا.",
        stay_button: "البقاء في القائمة",
        back_title: "ما زلت في القائمة",
        back_text: "ستستلم {name} كما كان من قبل.",
        not_mailed_title: "لست في القائمة",
        not_mailed_text: "نحن لا نرسل {name} إليك. لاستلامه مرة أخرى، اشترك من جديد.",
        wrong_title: "هذا الرابط لا يعمل",
        wrong_text: "ربما اقتطعه برنامج البريد. افتحه مرة أخرى من الرسالة، أو رد على الرسالة بكلمة unsubscribe.",
        not_now_title: "يرجى المحاولة بعد بضع دقائق",
        not_now_text: "لم نتمكن من حفظ طلبك الآن، لذلك لم يتغير شيء.",
    },
];

/// The words of a language such as `en` or `cy-GB`; English where we have none.
pub fn of(language: &str) -> &'static PageWords {
    let code = language.split(['-', '_']).next().unwrap_or_default().to_lowercase();
    WORDS.iter().find(|words| words.language == code).unwrap_or(&WORDS[0])
}
