# كلمات الواجهة بالعربية. الرسائل نفسها التي في en.ftl، ويقارن بينها اختبار.

## التواريخ
day-pattern = d MMMM yyyy
day-months = يناير فبراير مارس أبريل مايو يونيو يوليو أغسطس سبتمبر أكتوبر نوفمبر ديسمبر

## Around every page
skip-to-content = انتقل إلى المحتوى
menu = القائمة
nav-sections = الأقسام
nav-all = جميع الأقسام والصفحات
nav-breadcrumbs = موقعك الحالي
nav-pages = عن هذا الموقع
nav-network = مواقعنا الأخرى
home = الصفحة الرئيسية
search = بحث
search-label = ابحث في { $site }
search-placeholder = كلمات وأسماء وأماكن
feeds = موجزات الأخبار
feed-rss = RSS
feed-atom = Atom
feed-json = JSON Feed
archive = الأرشيف
corrections = تصويبات
back-to-top = إلى أعلى الصفحة
new-stories = هناك أخبار جديدة في الصفحة الرئيسية.
new-stories-link = اضغط هنا لعرضها.
new-stories-close = إغلاق التنبيه

## Fronts and lists
front-updated = آخر تحديث { $clock }
top-stories = أبرز الأخبار
latest = آخر الأخبار
most-read = الأكثر قراءة
most-commented = الأكثر تعليقًا
more-from = المزيد من { $name }
breaking = عاجل
sponsored = محتوى مدفوع
in-section = في قسم { $name }
older = أخبار أقدم
newest = أحدث الأخبار
list-continued = أخبار سابقة
no-stories = لا توجد أخبار هنا بعد.
nothing-yet-title = العدد الأول قيد الإعداد
nothing-yet = لم يُنشر شيء في هذا الموقع بعد. عد إلينا قريبًا.
section-nothing-yet = لم يُنشر شيء في هذا القسم بعد.

## Multimedia
multimedia = وسائط متعددة
multimedia-about = ألبومات الصور والأخبار بالصور من { $site }.
galleries = ألبومات الصور
videos = مقاطع الفيديو
video-play = تشغيل الفيديو
video-from = يُعرض من { $host }، الذي سيعلم بأنك تشاهده.
video-captions = شرح نصي
video-file = تشغيل الملف ({ $megabytes } م.ب)
video-transcript = النص المنطوق
galleries-empty = لا توجد ألبومات صور هنا بعد.
news-in-pictures = الأخبار بالصور
news-in-pictures-about = أخبار يوم { $day } بالصور من { $site }.
news-in-pictures-all = جميع صور اليوم
gallery = ألبوم صور
gallery-pictures = { $count ->
    [zero] لا صور
    [one] صورة واحدة
    [two] صورتان
    [few] { $count } صور
    [many] { $count } صورة
   *[other] { $count } صورة
}
gallery-back = العودة إلى الألبوم
picture-of = الصورة { $number } من { $count }
picture-open = افتح الصورة { $number } من { $count } وحدها
picture-previous = الصورة السابقة
picture-next = الصورة التالية
picture-all = جميع صور هذا الألبوم

## Story
by = بقلم
and = و
comma = ،{ " " }
published = نُشر في
updated = حُدّث في
correction = تصويب
corrections-heading = { $count ->
    [one] تصويب
    [two] تصويبان
   *[other] تصويبات
}
read-more-on = اقرأ المزيد عن:
related = مواضيع ذات صلة
share = شارك
share-email = البريد الإلكتروني
share-facebook = فيسبوك
share-whatsapp = واتساب
share-bluesky = بلوسكاي
share-x = إكس
share-subject = من { $site }: { $headline }
also-on = نُشر أيضًا في
table = جدول
source-ai = أُعدّ بمساعدة الذكاء الاصطناعي
source-ai-note = وفقًا لمُرسِل هذه المادة، فقد أُعدّت كليًا أو جزئيًا بالذكاء الاصطناعي.

## Comments
card-comments = { $count ->
    [0] لا تعليقات
    [one] تعليق واحد
    [two] تعليقان
    [few] { $count } تعليقات
    [many] { $count } تعليقًا
   *[other] { $count } تعليق
}
comments-count = { $count ->
    [0] التعليقات
    [one] تعليق واحد
    [two] تعليقان
    [few] { $count } تعليقات
    [many] { $count } تعليقًا
   *[other] { $count } تعليق
}
comments-closed = أُغلقت التعليقات على هذا الخبر.
comments-mode-pre = يقرأ المشرفون التعليقات قبل أن تظهر.
comments-mode-post = تظهر التعليقات فورًا ويقرؤها المشرفون بعد قليل.
comments-mode-reactive = تظهر التعليقات فورًا ويقرأ المشرفون ما يبلّغ عنه القراء.
comments-policy = قواعد التعليق
comments-close = مفتوحة حتى
comments-sign-in = سجّل دخولك للتعليق
comments-order = ترتيب التعليقات
comments-newest = الأحدث أولًا
comments-oldest = الأقدم أولًا
comments-liked = الأكثر إعجابًا أولًا
comments-whole = جميع التعليقات
comments-next = مزيد من التعليقات
comments-earlier = ما سبق في هذا الحوار
comments-more-answers = { $count ->
    [one] رد آخر
    [two] ردان آخران
    [few] { $count } ردود أخرى
    [many] { $count } ردًا آخر
   *[other] { $count } رد آخر
}
comments-new-one = عرض تعليق جديد
comments-new-many = عرض التعليقات الجديدة (#)
comments-own = تعليقاتك هنا
comment-nobody = حساب محذوف
comment-muted = لقد كتمت كاتب هذا التعليق.
mute = كتم
mute-about = لن ترى تعليقات هذا الشخص بعد الآن. ولن يُخبَر أحد.
unmute = أظهر التعليقات مجددًا
mutes = من كتمتهم
comment-edited = (عُدّل)
comment-featured = من اختيار المحررين
comment-in-reply = ردًا على { $name }
comment-in-reply-gone = ردًا على تعليق لم يعد موجودًا
comment-like = أعجبني
comment-unlike = سحب الإعجاب
comment-reply = رد
comment-report = إبلاغ
comment-appeal = اعتراض
comment-edit = تعديل
comment-delete = حذف
comment-gone-author = حذف الكاتب هذا التعليق.
comment-gone-account = حُذف هذا التعليق مع حساب كاتبه.
comment-gone-moderator = أُزيل هذا التعليق لمخالفته قواعد التعليق.
comment-gone-waits = هذا التعليق قيد المراجعة.
comment-state-published = منشور
comment-state-pending = في انتظار مشرف، كجميع التعليقات هنا
comment-state-held = في انتظار مشرف
comment-state-rejected = لم يُنشر بسبب قواعد التعليق
comment-state-deleted = محذوف
comment-reason = السبب:
comment-as = التعليق باسم
comment-text = تعليقك
comment-hint = حتى 5000 حرف. السطر الفارغ يبدأ فقرة جديدة، والسطر الذي يبدأ بعلامة > اقتباس.
comment-send = أرسل التعليق
comment-save = احفظ التعديل
comment-write = اكتب تعليقًا
comment-reply-title = الرد على تعليق
comment-edit-title = تعديل تعليقك
comment-delete-title = حذف تعليقك
comment-delete-about = لن يظهر بعد ذلك. أما الردود عليه فتبقى.
comment-choose-username = اختر اسم مستخدم للتعليق
comment-verify = أكّد بريدك الإلكتروني للتعليق.
comment-not-ready = اختر اسم مستخدم قبل تعليقك الأول. ما كتبته ما زال هنا.
comment-suspended = لا يمكنك التعليق حتى { $until }.
comment-banned = لم يعد بإمكانك التعليق.
comment-too-fast = كان ذلك سريعًا. انتظر { $seconds } ثانية ثم أرسله مجددًا.
comment-day-full = يمكن للقراء الجدد كتابة عشرة تعليقات في يومهم الأول. عد غدًا من فضلك.
comment-no-parent = التعليق الذي ترد عليه لم يعد موجودًا.
comment-failed = لم نتمكن من استلام تعليقك. أرسله مجددًا من فضلك.
comment-text-empty = اكتب شيئًا أولًا.
comment-text-long = لا يزيد التعليق على 5000 حرف، وفي تعليقك { $count }.
comment-edit-late = يمكن تعديل التعليق خلال خمس دقائق من كتابته.
comment-edit-answered = رد أحدهم على هذا التعليق، فلم يعد تعديله ممكنًا.
comment-edit-reported = أبلغ أحدهم عن هذا التعليق، فلا يمكن تعديله حتى يُبتّ فيه.
comment-edit-gone = لم يعد هذا التعليق ظاهرًا، فلا يمكن تعديله.
profile-comments = التعليقات
profile-comments-older = تعليقات أقدم
badge-author = كاتب هذا الخبر
policy-intro = نرحب بتعليقات قراء { $site } على الأخبار، بأسمائهم ووفق هذه القواعد.
policy-modes = كيف يقرأ المشرفون التعليقات
policy-mode-pre = قبل النشر: تظهر التعليقات بعد أن يقرأها مشرف.
policy-mode-post = بعد النشر: تظهر التعليقات فورًا ويقرؤها مشرف بعد قليل.
policy-mode-reactive = عند الإبلاغ: تظهر التعليقات فورًا ويقرأ المشرفون ما يبلّغ عنه القراء.
policy-mode-closed = مغلقة: يمكن قراءة ما كُتب، ولا يُقبل جديد.
policy-mode-off = متوقفة: لا توجد تعليقات.
policy-usual = هذا هو المعتاد هنا.
policy-closing = { $count ->
    [one] تُغلق التعليقات بعد يوم واحد من نشر الخبر، ما لم يُذكر غير ذلك.
    [two] تُغلق التعليقات بعد يومين من نشر الخبر، ما لم يُذكر غير ذلك.
    [few] تُغلق التعليقات بعد { $count } أيام من نشر الخبر، ما لم يُذكر غير ذلك.
    [many] تُغلق التعليقات بعد { $count } يومًا من نشر الخبر، ما لم يُذكر غير ذلك.
   *[other] تُغلق التعليقات بعد { $count } يوم من نشر الخبر، ما لم يُذكر غير ذلك.
}
policy-no-closing = تبقى التعليقات مفتوحة ما لم يُذكر غير ذلك.
policy-checks = ما يُفحص
policy-length = لا يزيد التعليق على { $count } حرف.
policy-rate = تعليق واحد كل { $seconds } ثانية، ويمكن أن تأتي { $burst } دفعة واحدة.
policy-first = يقرأ المشرفون أول { $count } من تعليقات كل قارئ، وكل ما يكتبه في أول { $hours } ساعة، قبل أن يظهر.
policy-links = { $count ->
    [0] يقرأ المشرفون التعليقات التي فيها روابط قبل أن تظهر.
    [one] يقرأ المشرفون التعليقات التي فيها أكثر من رابط واحد قبل أن تظهر.
    [two] يقرأ المشرفون التعليقات التي فيها أكثر من رابطين قبل أن تظهر.
   *[other] يقرأ المشرفون التعليقات التي يزيد عدد روابطها على { $count } قبل أن تظهر.
}
policy-words = بعض الكلمات لا تُنشر، والتعليقات التي فيها كلمات معينة أخرى يقرؤها المشرفون أولًا.
policy-edit = يمكن تعديل التعليق خلال { $count } دقائق، ما لم يرد عليه أحد أو يبلّغ عنه. ويمكن حذفه دائمًا.
policy-humans = لا تقرر البرامج إلا ما يُقرأ أولًا، وترفض الكلمات التي لا تُنشر أبدًا. وكل ما عدا ذلك يقرره بشر يذكرون السبب.
report-title = الإبلاغ عن هذا التعليق
report-own = هذا تعليقك أنت.
report-why = ما المشكلة فيه؟
report-note = أي شيء آخر ينبغي أن نعرفه (حتى 500 حرف)
report-illegal-more = للمحتوى غير القانوني: القانون، ولماذا يخالفه
report-law = أي قانون
report-explanation = لماذا يخالفه
report-good-faith = أعتقد بحسن نية أن ما أقوله هنا صحيح وكامل.
report-about = لا تحتاج إلى حساب. لن يعرف كاتب التعليق من أنت. وستحصل على عنوان صفحة ترى فيها ما آل إليه الأمر.
report-send = أرسل البلاغ
report-wrong-reason = اختر ما المشكلة فيه.
report-wrong-notice = اذكر لماذا يخالف القانون، وأنك تقول ذلك بحسن نية.
report-personal-abuse = إساءة شخصية
report-hate = كراهية
report-threats = تهديد
report-off-topic = خارج الموضوع
report-spam = بريد مزعج
report-legal = مسألة قانونية
report-copyright = حقوق النشر
report-false-personality = انتحال شخصية
report-illegal-content = محتوى غير قانوني
report-other = شيء آخر
case-title = بلاغك
case-waits = سيراجعه مشرف.
case-upheld = أُزيل التعليق. شكرًا لك.
case-dismissed = راجع مشرف التعليق وأبقاه.
case-keep = احتفظ بعنوان هذه الصفحة لترى ما يؤول إليه الأمر.
case-again = سبق أن أبلغت عن هذا التعليق. وهو قيد المراجعة.
case-comment = التعليق
appeal-title = الاعتراض على قرار
appeal-about = سيراجعه شخص لم يقرر فيه من قبل. يمكنك الاعتراض مرة واحدة.
appeal-why = لماذا ينبغي أن يُنشر؟
appeal-send = أرسل الاعتراض
appeal-waits = سيراجعه شخص آخر.
appeal-granted = تغيّر القرار: نُشر تعليقك.
appeal-refused = بقي القرار كما هو.
span-1h = ساعة واحدة
span-3h = ثلاث ساعات
span-24h = يوم واحد
span-7d = أسبوع واحد
span-30d = ثلاثون يومًا
span-ban = دائمًا
reason-abusive = إساءة شخصية
reason-offensive = كلام مسيء
reason-hate = كراهية
reason-harassment = مضايقة
reason-off-topic = خارج الموضوع
reason-spam = بريد مزعج
reason-advertising = إعلان
reason-banned-words = كلمات لا ننشرها
reason-misinformation = معلومات مضللة
reason-illegal = محتوى غير قانوني
reason-copyright = حقوق النشر
reason-false-personality = انتحال شخصية
reason-other = سبب آخر

## Notices
notices = الإشعارات
notices-about = ما تتابعه والردود على تعليقاتك وكيف يصلك خبرها
notices-new = { $count ->
    [0] لا إشعارات جديدة
    [one] إشعار جديد
    [two] إشعاران جديدان
    [few] { $count } إشعارات جديدة
    [many] { $count } إشعارًا جديدًا
   *[other] { $count } إشعار جديد
}
notices-none = لم يرد عليك أحد بعد.
notice-reply = رد { $name } على تعليقك
notice-approved = نُشر تعليقك
notice-rejected = لم يُنشر تعليقك
notices-seen = اعتبرها كلها مقروءة
notices-mails = بالبريد
notices-mails-on = ما لم تره هنا بعد دقائق يصلك بالبريد أيضًا.
notices-mails-stop = لا ترسلوا إليّ رسائل
notices-stop-title = لا مزيد من الرسائل
notices-stop-answers = لن نكتب إليك بعد ذلك حين يرد عليك أحد أو يُتخذ قرار بشأن تعليق لك.
notices-stopped = تم. لن تصلك هذه الرسائل بعد الآن.
mail-notices-subject = بشأن تعليقاتك في { $site }
mail-notices = هذا ما جدّ بشأن تعليقاتك في { $site }:
mail-notices-all = كل ذلك وما سبقه:
mail-notices-stop = إن لم تعد تريد هذه الرسائل:
notices-stop-follows = لن نكتب إليك بعد ذلك عما تتابعه. يمكنك رؤيته وتغييره في حسابك.
notices-done-saved = تم الحفظ.
notices-done-stopped = تم. لم تعد تتابع شيئًا، ولن يُرسل شيء مما كان ينتظر.
follow = متابعة
follow-button = تابع بالإشعارات
follow-topic = اعرف بالمواد الجديدة عن { $name }.
follow-author = اعرف بالمواد الجديدة بقلم { $name }.
follow-breaking = اعرف بالأخبار العاجلة.
follow-alerts = اعرف بتنبيهات المرور والطوارئ في مكانك.
follow-offer-breaking = تابع الأخبار العاجلة في { $site }
follow-offer-alerts = تابع التنبيهات في مكاني
follows = ما تتابعه
follows-none = لا شيء بعد. في صفحات الموضوعات والكتّاب زر للمتابعة.
follows-no-address = لن يصلك بريد حتى تؤكد عنوانًا:
follows-kind-topic = موضوع
follows-kind-author = كاتب
follows-kind-breaking = أخبار عاجلة
follows-kind-alerts = تنبيهات المرور والطوارئ
follows-place = مكانك:
follows-no-place = لم تختر بعد مكانًا للتنبيهات.
follows-now = فورًا
follows-digest = ملخص
follows-off = بلا رسائل
follows-drop = أوقف المتابعة
follows-daily = كل يوم
follows-weekly = أيام الاثنين
follows-hour = في الساعة، بتوقيت الموقع
follows-quiet = ساعات الهدوء
follows-quiet-from = من
follows-quiet-to = حتى
follows-quiet-none = بلا
follows-quiet-wrong = اختر ساعتين مختلفتين، أو لا تختر أيًا منهما.
follows-breaking-wakes = تصل الأخبار العاجلة في ساعات الهدوء أيضًا
follows-extreme-wakes = بتوقيت المكان الذي اخترته، وإلا فبتوقيت الموقع. ما يأتي خلالها يُجمع حين تنتهي. تنبيهات الخطر الشديد في مكانك تصل دائمًا فورًا.
follows-comments = تعليقاتك
follows-bounds = لا يصلك أكثر من 12 رسالة من هذه في اليوم، وما زاد ينتظر الملخص.
follows-stop-all = أوقف كل شيء
mail-follows-subject = { $count ->
    [zero] لا أخبار من { $site }
    [one] خبر واحد من { $site }
    [two] خبران من { $site }
    [few] { $count } أخبار من { $site }
    [many] { $count } خبرًا من { $site }
   *[other] { $count } خبر من { $site }
}
mail-follows = هذا جديد { $site } مما تتابعه:
mail-follows-story = { $title }
mail-follows-breaking = عاجل: { $title }
mail-follows-alert = تنبيه: { $title }
mail-follows-more = { $count ->
    [zero] ولا شيء غيرها.
    [one] وخبر واحد غيرها.
    [two] وخبران غيرها.
    [few] و{ $count } أخبار غيرها.
    [many] و{ $count } خبرًا غيرها.
   *[other] و{ $count } خبر غيرها.
}
mail-follows-settings = ما تتابعه ومتى يصلك خبره:

## Topics, authors, archive, corrections
topic = موضوع
section-about = { $section }: أحدث الأخبار من { $site }
topic-about = أخبار عن { $name }
author = الكاتب
author-about = مقالات { $name }
archive-of = أخبار يوم { $day }
archive-about = كل ما نشره { $site } يوم { $day }
archive-empty = لم يُنشر شيء في هذا اليوم.
archive-earlier = الأقدم: { $day }
archive-later = الأحدث: { $day }
corrections-about = ما أخطأ فيه { $site } ثم صوّبه
corrections-intro = حين نخطئ نقول ذلك هنا، وفي مستهل المقال نفسه.
corrections-empty = لا توجد تصويبات.
page-updated = آخر تعديل

## Search
search-title = بحث
search-about = ابحث في مقالات { $site }
search-words = كلمات البحث؛ ضع العبارة الكاملة بين "علامتي تنصيص"
search-section = القسم
search-all = جميع الأقسام
search-from = من
search-to = إلى
search-remove = إزالة
search-none = لا توجد نتائج
search-found = { $count ->
    [zero] لا نتائج
    [one] نتيجة واحدة
    [two] نتيجتان
    [few] { $count } نتائج
    [many] { $count } نتيجة
   *[other] { $count } نتيجة
}
search-more = أكثر من { $count } نتيجة
search-partial = لا يوجد مقال يضم هذه الكلمات كلها. هذه مقالات تضم بعضها.
search-relaxed = تكاد لا توجد مقالات تضم هذه الكلمات بعينها، لذلك نعرض ما يشبهها أيضًا.
search-hint = تحقق من الإملاء، أو استخدم كلمات أقل أو أعم، أو اختر جميع الأقسام من دون تحديد تاريخ.
search-off = يجري إعداد البحث. حاول مجددًا بعد بضع دقائق، وكل ما عداه يعمل.
search-pages = صفحات النتائج
search-previous = السابق
search-next = التالي

## Errors
error-search = ابحث عنها
error-suggestions = لعلك تبحث عن
error-front = على الصفحة الرئيسية الآن
error-reference = رقم مرجعي لمهندسينا:
error-home = إلى الصفحة الرئيسية
error-not-found = لم نعثر على هذه الصفحة
error-not-found-text = ربما كُتب العنوان خطأً أو نُقلت الصفحة. لا شيء على هذا العنوان الآن.
error-gone = لم يعد هذا المقال متاحًا
error-gone-text = سُحب المقال. والسبب الذي ذكره المحررون:
error-gone-bare = سحبه المحررون.
error-gone-other = لم يعد هذا موجودًا هنا
error-internal = حدث خطأ من جانبنا
error-internal-text = الخطأ منا وقد سُجّل. حاول مجددًا بعد لحظات.
error-unavailable = غير متاح مؤقتًا
error-unavailable-text = يجري إصلاح جزء من هذا الموقع. حاول مجددًا بعد دقيقة.
error-bad-request = لم نفهم هذا الطلب
error-bad-request-text = جزء من العنوان ليس مما تتوقعه هذه الصفحة.
error-unauthorized = سجّل دخولك من فضلك
error-unauthorized-text = هذه الصفحة لمن سجّلوا دخولهم.
error-forbidden = هذا غير متاح لك
error-forbidden-text = لا يمكنك رؤية هذا أو القيام به.
error-method-not-allowed = لا يمكن فعل ذلك هنا
error-method-not-allowed-text = يمكن قراءة هذا العنوان، لكن لا يمكن إرسال شيء إليه.
error-conflict = تغيّر الأمر في هذه الأثناء
error-conflict-text = غيّر شخص آخر هذا بينما كنت تعمل عليه. أعد تحميل الصفحة وانظر.
error-too-large = هذا أكبر مما ينبغي
error-too-large-text = ما أرسلته أكبر مما نستطيع استلامه.
error-unsupported-type = لا نستطيع قبول هذا النوع من الملفات
error-unsupported-type-text = هذا النوع غير مقبول هنا.
error-unknown-host = لا يوجد موقع بهذا الاسم هنا
error-unknown-host-text = تحقق من الاسم في العنوان.
error-invalid = بعض الحقول تحتاج إلى مراجعة
error-invalid-text = انظر ما كُتب بجانب كل منها.
error-too-many-requests = تمهّل قليلًا من فضلك
error-too-many-requests-text = وصلت منك طلبات كثيرة في وقت قصير. انتظر لحظة من فضلك.

## Accounts
account = حسابك
sign-in = تسجيل الدخول
sign-up = إنشاء حساب
sign-out = تسجيل الخروج
email = البريد الإلكتروني
email-new = البريد الإلكتروني الجديد
email-none = لا يوجد
password = كلمة المرور
password-choose = اختر كلمة مرور
password-hint = عشرة أحرف على الأقل. ثلاث كلمات أو أربع لا صلة بينها خيار جيد، أما الأسماء والتواريخ فلا.
password-set = محددة
password-none = غير محددة
username = اسم المستخدم
change = تغيير
save = حفظ
go-on = متابعة
on = مفعّل
off = معطّل
form-trap = اترك هذا الحقل فارغًا
forgot = نسيت كلمة المرور؟
no-account = ليس لديك حساب؟
have-account = لديك حساب؟
back-to-account = العودة إلى حسابك
sign-in-wrong = البريد الإلكتروني أو كلمة المرور غير صحيح.
sign-in-with = تسجيل الدخول عبر { $provider }
link-title = لديك حساب بالفعل
link-about = يوجد حساب بالبريد الإلكتروني الذي أبلغنا به { $provider }. أثبت مرة واحدة أنه حسابك، وبعد ذلك يمكنك الدخول إليه عبر { $provider }.
link-do = الربط وتسجيل الدخول
link-none = ليست لهذا الحساب كلمة مرور. سجّل الدخول كما كنت تفعل، أو عيّن كلمة مرور عبر البريد.
link-other = تسجيل الدخول بطريقة أخرى
provider-failed = لم نتمكن من معرفة هويتك من هناك. حاول مرة أخرى، أو سجّل الدخول بطريقة أخرى.
provider-refused = لم يتم تسجيل دخولك هناك، ولذلك لم يتم هنا أيضًا.
provider-taken = هذه الهوية مرتبطة بحساب آخر.
provider-last = عيّن كلمة مرور أو أكّد بريدك الإلكتروني أولًا، وإلا فلن تتمكن من تسجيل الدخول.
providers = طرق أخرى لتسجيل الدخول
provider-link = ربط { $provider }
provider-unlink = إلغاء الربط
account-done-provider = تم الربط. يمكنك من الآن تسجيل الدخول بهذه الطريقة.
account-done-no-provider = أُلغي الربط.
passkeys = مفاتيح المرور
passkeys-about = يتيح لك مفتاح المرور تسجيل الدخول ببصمتك أو وجهك أو رمز جهازك بدلًا من كلمة المرور. يبقى على جهازك أو في مدير كلمات المرور لديك، ولا نراه أبدًا.
passkeys-count = { $count ->
    [0] لا يوجد
    [one] واحد
    [two] اثنان
   *[other] { $count }
}
passkeys-many = يمكن أن يكون للحساب 20 مفتاح مرور. احذف واحدًا لم تعد تستخدمه.
passkey-sign-in = تسجيل الدخول بمفتاح مرور
passkey-use = استخدام مفتاح مرور
passkey-add = إضافة مفتاح مرور
passkey-remove = حذف
passkey-name = الاسم
passkey-name-hint = لكي تتعرف عليه لاحقًا، مثل «هاتفي».
passkey-script = لإضافة مفتاح مرور يجب أن يشغّل متصفحك النصوص البرمجية.
passkey-failed = لم يُقبل مفتاح المرور. حاول مرة أخرى أو استخدم طريقة أخرى.
account-done-passkey = أُضيف مفتاح المرور. يمكنك من الآن تسجيل الدخول به.
account-done-no-passkey = حُذف مفتاح المرور.
sign-in-closed = أُغلق هذا الحساب. إن كنت ترى أن ذلك خطأ فاكتب إلينا.
code = الرمز
code-title = أدخل الرمز
code-about = يطلب حسابك الأرقام الستة التي يعرضها تطبيق المصادقة الآن.
code-wrong = هذا الرمز غير صحيح أو سبق استخدامه. انتظر الرمز التالي.
link-dead = سبق استخدام هذا الرابط أو انتهت مدته.
sign-up-about = حساب واحد لموقع { $site } ولمواقعنا الأخرى: علّق، وأرسل إلينا قصصك وصورك، واحتفظ بإعداداتك.
sent-title = راجع بريدك
sign-up-sent = أرسلنا رسالة إلى { $email }. اتبع الرابط الذي فيها للمتابعة.
sent-hint = لم تصل بعد بضع دقائق؟ ابحث في البريد غير المرغوب فيه، وتأكد من صحة العنوان.
confirm-title = أوشكنا على الانتهاء
confirm-about = تأكد بريدك الإلكتروني. اختر الآن طريقة تسجيل دخولك.
confirm-button = إنشاء الحساب
username-title = اختر اسم مستخدم
username-optional = اسم المستخدم (يمكنك اختياره لاحقًا)
username-about = اختر اسم مستخدم لصفحتك الشخصية. يجب أن يكون فريدًا، ولا يمكن تغييره، وسيظهر في عنوان صفحتك على جميع مواقع الشبكة.
username-hint = من 3 إلى 20 حرفًا من a إلى z وأرقام وشرطات سفلية، وأولها حرف.
username-address = عنوان صفحتك:
username-sample = your_name
username-look = تحقق من توفره
username-free = هذا الاسم متاح. ستكون صفحتك على العنوان
username-final = لا يمكن تغيير اسم المستخدم.
username-take = خذ الاسم { $name }
username-other = اختر اسمًا آخر
username-none = ليس لديك اسم مستخدم بعد. تحتاج إليه لتعلّق ولترسل إلينا شيئًا.
username-error-missing = اختر اسم مستخدم من فضلك.
username-error-length = يتكون اسم المستخدم من 3 أحرف إلى 20 حرفًا.
username-error-characters = استخدم الحروف من a إلى z والأرقام والشرطات السفلية فقط.
username-error-first-letter = ابدأ بحرف.
username-error-reserved = هذا الاسم محجوز لموظفينا. اختر اسمًا آخر.
username-error-taken = هذا الاسم مأخوذ أو شديد الشبه باسم مأخوذ. اختر اسمًا آخر.
username-error-named = لديك اسم مستخدم بالفعل، ولا يمكن تغييره.
password-error-short = قصيرة جدًا: استخدم 10 أحرف على الأقل.
password-error-long = طويلة جدًا: استخدم 256 حرفًا على الأكثر.
password-error-guessable = يسهل تخمين كلمة المرور هذه. استخدم ما هو أطول، أو كلمات لا صلة لها بك.
password-title = تغيير كلمة المرور
password-about = تبقى مسجّل الدخول هنا، وتُسجَّل جميع المتصفحات الأخرى خروجًا.
email-error = اكتب بريدًا إلكترونيًا كاملًا مثل name@example.org.
email-error-taken = هذا البريد يخص حسابًا آخر.
email-title = تغيير البريد الإلكتروني
email-about = نرسل رابطًا إلى البريد الجديد. ويبقى القديم معتمدًا إلى أن تتبعه.
email-sent = أرسلنا رسالة إلى { $email }. اتبع الرابط الذي فيها من هذا المتصفح لتأكيد البريد.
text-error-long = هذا أطول مما ينبغي.
reset-title = تعيين كلمة مرور جديدة
reset-about = نرسل رابطًا إلى البريد الإلكتروني لحسابك.
reset-button = إرسال الرابط
reset-sent = إن كان هناك حساب بالبريد { $email } فثمة رسالة تحمل رابطًا في طريقها إليه.
new-password-title = اختر كلمة مرور جديدة
new-password-about = تُسجَّل جميع المتصفحات المتصلة بحسابك خروجًا.
new-password-button = حفظ وتسجيل الدخول
sudo-title = هل هذا أنت؟
sudo-about = قبل أن تغيّر شيئًا مهمًا، أكّد مرة أخرى أنك أنت.
sudo-needed = أكّد أولًا أنك أنت.
sudo-none = ليست لديك كلمة مرور بعد.
sudo-mail = أرسل لي رمزًا بالبريد
sudo-sent = أرسلنا رمزًا إلى بريدك الإلكتروني، وهو صالح لعشر دقائق.
sudo-provider = تسجيل الدخول عبر { $provider } مرة أخرى
totp-title = رمز عند تسجيل الدخول
totp-about = تطبيق المصادقة برنامج على هاتفك يعرض رمزًا جديدًا كل نصف دقيقة. وبه لا يستطيع من يعرف كلمة مرورك وحدها أن يسجّل الدخول.
totp-open = افتحه في تطبيق المصادقة
totp-secret = أو اكتب فيه هذا المفتاح:
totp-button = تفعيل
totp-on = يُطلب رمز عند تسجيل الدخول.
totp-off = تعطيل
account-failed = لم ينجح ذلك. حاول مجددًا.
account-ways = تسجيل الدخول
account-own = ما يخصك
account-done-saved = حُفظ.
account-done-waiting = شكرًا لك. ستظهر تعديلاتك حالما يراجعها أحد المحررين.
account-done-password = تغيّرت كلمة مرورك، وسُجّلت المتصفحات الأخرى خروجًا.
account-done-email = تأكد بريدك الإلكتروني.
account-done-session = انتهت الجلسة.
account-done-sessions = انتهت جميع الجلسات الأخرى.
account-done-totp = من الآن فصاعدًا يُطلب رمز عند تسجيل الدخول.
account-done-no-totp = لم يعد يُطلب رمز عند تسجيل الدخول.
account-done-kept = يبقى حسابك.
account-done-username = صار الاسم لك.
profile = الصفحة الشخصية
profile-name = الاسم الظاهر على صفحتك
profile-bio = نبذة عنك
profile-reviewed = نراجع هذا قبل أن يظهر.
profile-waiting = في انتظار المراجعة.
profile-declined-name = لم نتمكن من قبول الاسم الأخير:
profile-declined-bio = لم نتمكن من قبول النص الأخير:
profile-declined-picture = لم نتمكن من قبول الصورة الأخيرة:
profile-picture = صورة
profile-picture-choose = اختر صورة (JPEG أو PNG أو WebP أو GIF، حتى { $megabytes } ميغابايت). يظهر وسطها في شكل مربع.
profile-picture-metadata = يُحذف المكان وكل ما تكتبه الكاميرا في الملف فورًا.
profile-picture-shown = الظاهرة الآن
profile-picture-send = إرسال الصورة
profile-picture-remove = إزالة الصورة
profile-picture-no-file = اختر ملفًا أولًا.
profile-picture-small = هذه الصورة صغيرة جدًا: يلزم 64 بكسل على الأقل في كل اتجاه.
account-done-no-picture = أُزيلت صورتك.
profile-joined = عضو منذ
profile-closed = كتب هذا الشخص هنا قبل أن تكون هناك صفحات شخصية.
profile-gone = حذف صاحب هذا الحساب حسابه.
badge-staff = من فريق التحرير
sessions = أين سجّلت دخولك
session-this = هذا المتصفح
session-since = منذ
session-seen = آخر ظهور
session-end = إنهاء
sessions-end = إنهاء جميع الجلسات الأخرى
data-download = تنزيل كل ما نحتفظ به عنك
deletion-title = حذف حسابك
deletion-about = يُحذف حسابك بعد 24 ساعة من طلبك. ويمكنك حتى ذلك الحين أن تعدل عن رأيك. ولا يُعطى اسم المستخدم الخاص بك لأحد غيرك.
deletion-comments = ما كتبته
deletion-keep = يبقى تحت اسم «حساب محذوف»
deletion-drop = يُحذف أيضًا
deletion-button = احذف حسابي
deletion-due = سيُحذف حسابك في
deletion-undo = أبقِ حسابي
origin-title = أكّد من فضلك
origin-about = لم يخبرنا متصفحك من أي صفحة جاء هذا الطلب. إن كنت أنت فتابع.
origin-button = نعم، أنا من فعل ذلك

## Mails about accounts
mail-hello = تحية طيبة،
mail-day = يعمل الرابط مدة 24 ساعة.
mail-hour = يعمل الرابط مدة ساعة واحدة.
mail-not-you = إن لم تكن أنت فلا حاجة إلى فعل شيء.
mail-sign-up-subject = حسابك لدى { $site }
mail-sign-up = طلب شخص، لعله أنت، إنشاء حساب لدى { $site } بهذا البريد. للمتابعة اتبع هذا الرابط:
mail-known-subject = لديك حساب لدى { $site }
mail-known = طلب شخص، لعله أنت، إنشاء حساب لدى { $site } بهذا البريد، وله حساب بالفعل. سجّل دخولك هنا:
mail-known-reset = إن لم تعد تعرف كلمة مرورك فعيّن كلمة جديدة هنا:
mail-reset-subject = كلمة مرور جديدة لحسابك لدى { $site }
mail-reset = طلب شخص، لعله أنت، تعيين كلمة مرور جديدة لحسابك لدى { $site }. لذلك اتبع هذا الرابط:
mail-email-subject = أكّد بريدك لدى { $site }
mail-email = طلب شخص، لعله أنت، استخدام هذا البريد لحساب لدى { $site }. للتأكيد اتبع هذا الرابط من المتصفح الذي سجّلت دخولك فيه:
mail-sudo-subject = رمزك في { $site }
mail-sudo = يريد شخص ما، أنت على الأرجح، تغيير شيء مهم في حسابك لدى { $site }. للمتابعة أدخل هذا الرمز:
mail-sudo-minutes = الرمز صالح لعشر دقائق.
mail-sudo-not-you = إذا لم تكن أنت، فهناك من يستخدم متصفحًا سجّلت دخولك فيه: أنهِ جلسته من حسابك.

## مساهمات القراء
send-stories = أرسل إلينا قصصك
send-pictures = أرسل إلينا صورك
reader-story = بقلم قارئ
your-stories = قصصكم
your-stories-about = ما كتبه قراء { $site } وصوّروه.
profile-contributions = قصص وصور
contributions = مساهماتك
contribute-story = أرسل إلينا قصتك
contribute-story-about = نرحب بمساهماتكم؛ وننظر في نشر ما يبلغ { $fewest } كلمة أو أكثر. لا يُعرض شيء قبل أن يقرأه المحرر.
contribute-headline = العنوان
contribute-text = قصتك
contribute-text-hint = السطر الفارغ يبدأ فقرة جديدة، والسطر الذي يبدأ بـ > اقتباس. العناوين التي تبدأ بـ https:// تصبح روابط.
contribute-words = { $count ->
    [zero] لا كلمات من { $fewest }
    [one] كلمة واحدة من { $fewest }
    [two] كلمتان من { $fewest }
    [few] { $count } كلمات من { $fewest }
    [many] { $count } كلمة من { $fewest }
   *[other] { $count } كلمة من { $fewest }
 }
contribute-words-script = # كلمة من #
contribute-saved = حُفظت المسودة.
contribute-save-failed = تعذّر حفظ المسودة الآن. أبقِ هذه الصفحة مفتوحة.
contribute-send = إرسال
contribute-send-again = إرسال مرة أخرى
contribute-save = حفظ المسودة
contribute-discard = حذف المسودة
contribute-review = يمكنك متابعة ما يحدث لها في حسابك:
contribute-terms-2026-1 = كتبتُ هذا أو صوّرته بنفسي. يجوز نشره في جميع مواقع هذه الشبكة وتحريره بموافقتي ما دام منشورًا. وتبقى الحقوق لي. (الشروط 2026-1)
contribute-name-first = تظهر المساهمات باسم مستخدم. يُطلب منك قبل أن ترسل شيئًا، وما تكتبه محفوظ.
contribute-verify-first = قبل أن ترسل شيئًا أكّد عنوان بريدك الإلكتروني:
contribute-not-verified = أكّد عنوان بريدك الإلكتروني قبل الإرسال. ما كتبته محفوظ.
contribute-not-named = اختر اسم مستخدم قبل الإرسال. ما كتبته محفوظ.
contribute-suspended = لا يمكنك أن ترسل إلينا شيئًا في الوقت الحالي.
contribute-text-no-title = ضع عنوانًا.
contribute-text-long-title = في العنوان { $count } حرفًا، والحد الأقصى 150.
contribute-text-long = في النص { $count } حرفًا، والحد الأقصى 30,000.
contribute-text-few-words = { $count ->
    [zero] ليس في قصتك كلمات. المطلوب 200 كلمة على الأقل.
    [one] في قصتك كلمة واحدة. المطلوب 200 كلمة على الأقل.
    [two] في قصتك كلمتان. المطلوب 200 كلمة على الأقل.
    [few] في قصتك { $count } كلمات. المطلوب 200 كلمة على الأقل.
    [many] في قصتك { $count } كلمة. المطلوب 200 كلمة على الأقل.
   *[other] في قصتك { $count } كلمة. المطلوب 200 كلمة على الأقل.
 }
contribute-too-many = ثلاث من مساهماتك لدى المحررين بالفعل. المسودة محفوظة؛ أرسلها حين يُبتّ في إحداها.
contribute-no-terms = يرجى الموافقة على الشروط.
contribute-no-message = اكتب رسالة لا تزيد على 2,000 حرف.
contribute-no-reason = اختر سببًا.
contribute-no-place = اختر قسمًا.
contribute-no-time = اكتب الوقت بالسنة والشهر واليوم والساعة والدقيقة.
contribute-claimed = يعمل عليها شخص آخر الآن.
contribute-changed = تغيّرت في هذه الأثناء. هذا وضعها الآن.
contribute-pictures = أرسل إلينا صورك
contribute-pictures-about = حتى { $most } صورة في المرة الواحدة. لا يُعرض شيء قبل أن يراه المحرر.
contribute-pictures-safe = نرجو ألا تعرّض نفسك أو غيرك للخطر من أجل صورة.
contribute-pictures-title = ماذا تُظهر صورك؟
contribute-pictures-text = ما الذي ينبغي أن نعرفه عنها؟
contribute-pictures-files = أضف صورًا (JPEG أو PNG أو WebP أو GIF، حتى { $megabytes } ميغابايت لكل منها)
contribute-pictures-metadata = يُحذف المكان وكل ما تكتبه الكاميرا في الملف من كل نسخة تصل إلى القراء.
contribute-pictures-own = التقطتُ هذه الصور بنفسي، ويوافق من يمكن التعرف عليهم فيها على نشرها.
contribute-pictures-save = إضافة وحفظ
contribute-pictures-many = لا يمكن إرسال أكثر من عشرين صورة معًا.
contribute-pictures-none = أضف صورة واحدة على الأقل.
contribute-no-caption = اذكر ما تُظهره كل صورة.
contribute-picture-large = هذا الملف كبير جدًا.
contribute-picture-none = هذا الملف ليس صورة يمكننا عرضها. نقبل JPEG وPNG وWebP وGIF.
contribute-picture-damaged = هذه الصورة تالفة.
contribute-upload-failed = تعذّر إرسال الصورة. حاول مرة أخرى.
contribute-caption = ما تُظهره
contribute-place = مكان التقاطها
contribute-date = تاريخ التقاطها
contribute-remove = إزالتها
call-out-closed = انتهت هذه الدعوة. شكرًا لكل من شارك.
contribution-title = مساهمتك
contribution-kind-story = قصة
contribution-kind-pictures = صور
contribution-state-draft = مسودة
contribution-state-submitted = أُرسلت
contribution-state-claimed = قيد القراءة
contribution-state-changes-requested = طُلبت تعديلات
contribution-state-resubmitted = أُرسلت مرة أخرى
contribution-state-accepted = قُبلت مع تعديلات
contribution-state-agreed = قُبلت
contribution-state-scheduled = حُدد موعدها
contribution-state-published = نُشرت
contribution-state-declined = لم تُقبل
contribution-state-withdrawn = سُحبت
contribution-state-expired = انتهت
contribution-about-submitted = تنتظر أن يقرأها محرر.
contribution-about-claimed = يقرؤها محرر الآن.
contribution-about-changes-requested = يطلب منك محرر تغيير شيء. أرسلها مرة أخرى بعد ذلك.
contribution-about-resubmitted = تنتظر أن يقرأها محرر مرة أخرى.
contribution-about-accepted = نود نشرها مع التعديلات أدناه. لا يُنشر شيء قبل موافقتك.
contribution-about-agreed = ستُنشر قريبًا.
contribution-about-scheduled = حُدد موعد نشرها.
contribution-about-published = يمكن للقراء رؤيتها.
contribution-about-declined = شكرًا لإرسالها. لن ننشرها.
contribution-about-withdrawn = سحبتَها. لا يراها أحد غيرك.
contribution-about-expired = لم يحدث لها شيء مدة 30 يومًا. يمكنك إرسالها مرة أخرى.
contribution-done-sent = شكرًا. هي الآن لدى المحررين.
contribution-done-agreed = شكرًا. يمكن نشرها الآن.
contribution-done-objected = سيقرأ المحررون ما تقوله.
contribution-done-saved = حُفظت المسودة.
contribution-publish = موعد النشر
contribution-read = اقرأها
contribution-message = ما يقوله المحررون
contribution-edits = التعديلات
contribution-edits-hint = المشطوب حُذف، والمسطّر أُضيف.
contribution-consent = أوافق على التعديلات
contribution-object-why = ما الخطأ في التعديلات؟
contribution-object = لا أوافق
contribution-answer = كلمة إلى المحررين
contribution-withdraw = سحب المساهمة
decline-unsuited = لا تناسب ما ننشره.
decline-known = سبق أن نشرنا عن هذا.
decline-unverified = لم نتمكن من التحقق مما فيها.
decline-rights = ليس واضحًا أن كل ما فيها لك.
decline-advertising = فيها إعلان عن شيء.
decline-rules = لا تلتزم بقواعدنا.

## Mails about contributions
mail-contribution-subject-changes-requested = يرجى مراجعة «{ $title }»
mail-contribution-subject-accepted = نود نشر «{ $title }»
mail-contribution-subject-agreed = سننشر «{ $title }»
mail-contribution-subject-scheduled = ستُنشر «{ $title }»
mail-contribution-subject-published = نُشرت «{ $title }»
mail-contribution-subject-declined = لم تُقبل «{ $title }»
mail-contribution-subject-expired = انتهت «{ $title }»
mail-contribution-changes-requested = قرأ محرر في { $site } «{ $title }» ويطلب منك تغيير شيء:
mail-contribution-accepted = يود { $site } نشر «{ $title }» مع بعض التعديلات. يرجى الاطلاع عليها وإبداء موافقتك:
mail-contribution-agreed = قبل { $site } «{ $title }». ستُنشر قريبًا:
mail-contribution-scheduled = حدّد { $site } موعدًا لنشر «{ $title }»:
mail-contribution-published = نشر { $site } «{ $title }». شكرًا لك! تجدها هنا:
mail-contribution-declined = شكرًا لإرسال «{ $title }» إلى { $site }. لن ننشرها:
mail-contribution-expired = لم يحدث لـ«{ $title }» لدى { $site } شيء مدة 30 يومًا فانتهت. يمكنك إرسالها مرة أخرى:
comment-guest = زائر

## تنبيهات
alerts = تنبيهات
alerts-all = كل التنبيهات
alerts-about = ما تحذر منه السلطات والمشغلون الآن، كما جمعه { $site }.
alerts-traffic = تنبيهات المرور
alerts-traffic-about = الإغلاقات والأشغال والتأخيرات على الطرق والسكك، كما جمعها { $site }.
alerts-near = تنبيهات قرب { $place }
alerts-traffic-near = تنبيهات المرور قرب { $place }
alerts-place = قرب مدينة
alerts-place-show = اعرض
alerts-everywhere = في كل مكان
alerts-no-place = لا يوجد مكان باسم «{ $name }». تظهر كل التنبيهات.
alerts-none = لا توجد تنبيهات في الوقت الحالي.
alerts-none-near = لا توجد تنبيهات قرب { $place } حاليًا.
alerts-first = الأخطر أولا
alerts-more = تنبيهات أخرى
alerts-sources = مصادر هذه التنبيهات
alerts-silent = لا بيانات بعد
alerts-silent-since = لا بيانات منذ
alerts-map = خريطة المناطق التي تشملها التنبيهات. القائمة تقول الشيء نفسه بالكلمات.
alerts-map-credit = المدن: GeoNames، ‏CC BY 4.0
alerts-map-credit-land = اليابسة: Natural Earth
alerts-from = من
alerts-until = حتى
alerts-sent = أُرسل
alerts-do = ما ينبغي فعله
alerts-where = أين
alerts-more-areas = { $count ->
    [zero] ولا مناطق أخرى
    [one] ومنطقة أخرى
    [two] ومنطقتان أخريان
    [few] و{ $count } مناطق أخرى
    [many] و{ $count } منطقة أخرى
   *[other] و{ $count } منطقة أخرى
}
alerts-urgency = مدى الإلحاح
alerts-certainty = مدى التأكد
alerts-web = المزيد لدى المرسل
alert-over-canceled = سحب المرسل هذا التنبيه.
alert-over-replaced = حل محل هذا التنبيه تنبيه أحدث.
alert-over-expired = انتهى هذا التنبيه.
severity-extreme = خطر بالغ
severity-severe = شديد
severity-moderate = متوسط
severity-minor = طفيف
severity-unknown = غير مصنف
urgency-immediate = تصرف فورا
urgency-expected = خلال ساعة
urgency-future = قريبا
urgency-past = لم يعد قائما
certainty-observed = يحدث الآن
certainty-likely = مرجح
certainty-possible = محتمل
certainty-unlikely = مستبعد
listings = إعلانات مبوبة
listings-about = عقارات ووظائف ومركبات وفعاليات من { $site }
listings-property = عقارات
listings-jobs = وظائف
listings-motoring = مركبات
listings-whats-on = فعاليات
listings-about-property = منازل وأراض للإيجار والبيع من { $site }
listings-about-jobs = فرص عمل في المنطقة من { $site }
listings-about-motoring = سيارات ومركبات أخرى للبيع من { $site }
listings-about-whats-on = ما يقام ومتى وأين من { $site }
listings-send = أرسل إعلانا
listings-words = كلمات البحث
listings-min = السعر من
listings-max = السعر حتى
listings-none = لا توجد إعلانات هنا الآن.
listings-none-near = لا توجد إعلانات قرب { $place } حاليًا.
listings-none-such = لا يوجد إعلان كهذا. جرّب كلمات أقل أو نطاقا أوسع.
listings-first = من البداية
listings-sources = المصادر
listings-silent = لا بيانات منذ
listings-never = لا بيانات بعد
listings-as-of = حتى
listings-from = من { $provider }
listings-from-reader = من أحد القراء
listings-original = اطّلع عليه لدى { $provider }
listings-when = الوقت
listings-where = المكان
listings-who = الجهة
listings-kind = النوع
listings-price = السعر
listings-contact = للتواصل
listings-until = يظهر حتى
listings-other-dates = مواعيد أخرى
listings-more-dates = { $count ->
    [zero] بلا مواعيد أخرى
    [one] وموعد آخر
    [two] وموعدان آخران
    [few] و{ $count } مواعيد أخرى
    [many] و{ $count } موعدا آخر
   *[other] و{ $count } موعد آخر
 }
listings-near = من الأقرب إلى الأبعد عن { $place }.
listings-everywhere = عرض الكل
listings-distance = { $count ->
   *[other] على بعد { $count } كم
 }
listing-about = يظهر ما ترسله للقراء بعد أن تطّلع عليه هيئة التحرير. الخدمة مجانية.
listing-sent = شكرا. تطّلع هيئة التحرير على الإعلان قبل ظهوره، ويظهر قرارها أدناه.
listing-category = ما نوع الإعلان؟
listing-choose = اختر
listing-title = العنوان
listing-text = النص
listing-locality = البلدة
listing-venue = القاعة أو الشارع إن أفاد ذلك
listing-dates = التاريخ والوقت، للفعاليات
listing-starts = يبدأ
listing-ends = ينتهي
listing-price = المبلغ
listing-currency = العملة (ثلاثة أحرف)
listing-contact = كيف يمكن الرد
listing-contact-hint = يراه الجميع: رقم هاتف أو عنوان بريد إلكتروني.
listing-own = إعلاناتك
listing-state-waiting = لدى هيئة التحرير
listing-state-shown = ظاهر
listing-state-refused = غير ظاهر
listing-reason-unclear = ليس واضحا ما المعروض
listing-reason-known = الإعلان موجود من قبل
listing-reason-rules = يخالف قواعد الإعلانات
listing-reason-unverified = تعذّر التحقق مما جاء فيه
listing-reason-over = انتهى موعده
listing-wrong-category = اختر نوع الإعلان.
listing-wrong-title = اكتب عنوانا لا يزيد على 150 حرفا.
listing-wrong-text = اكتب نصا لا يزيد على 3000 حرف.
listing-wrong-price = اكتب مبلغا مثل 250 والأحرف الثلاثة للعملة مثل EUR.
listing-wrong-contact = اذكر كيف يمكن الرد.
listing-wrong-place = اذكر في أي بلدة هو.
listing-wrong-dates = اذكر بداية في المستقبل ونهاية بعدها.
listing-wrong-waiting = خمسة من إعلاناتك تنتظر هيئة التحرير. يرجى الانتظار حتى تطّلع عليها.
## أخطاء في المقالات
mistake-report = الإبلاغ عن خطأ في هذا المقال
mistake-title = خطأ في مقال
mistake-about = أخبر محرري المقال بما هو خطأ. يقرؤون كل بلاغ، وما يصححونه يظهر تصحيحًا في المقال.
mistake-what = ما الخطأ؟
mistake-hint = اكتب ما يقوله المقال وما هو الصحيح. وإن كنت تعرف مصدرًا يمكن الرجوع إليه فأخبرنا به.
mistake-wrong = اكتب ما هو خطأ في 10 إلى 1000 حرف.
mistake-send = إرسال إلى المحررين
mistake-again = أبلغت عن هذه النسخة من المقال من قبل، والبلاغ لدى المحررين.
mistake-waits = بلاغك لدى المحررين.
mistake-corrected = صُحّح المقال. شكرًا لك.
mistake-stands = نظر فيه المحررون، والمقال باقٍ كما هو.
report-mistake = هل الخطأ في المقال نفسه لا في هذا التعليق؟
mail-mistakes-subject = قراء يبلغون عن خطأ في «{ $title }»
mail-mistakes = يقول قراء إن في «{ $title }» خطأ:
mail-mistakes-desk = أجب بتصحيح، أو قل إنه باقٍ كما هو:

## Live stories
live = مباشر
live-entries = أحدث التطورات
live-since = تغطية مباشرة منذ
live-ended = انتهت التغطية المباشرة في
live-keys = أبرز اللحظات
live-key = لحظة بارزة
live-pinned = مثبّت
live-edited = عُدّل في
live-older = تطورات أقدم
live-first = إلى أحدث التطورات
live-none = لا تطورات بعد.
live-new-one = تطور جديد. اعرضه
live-new-many = تطورات جديدة (#). اعرضها
# الأماكن
locations = أماكنك
locations-about = اختر مكانًا لكل جزء من الصفحة ثم اضغط «إرسال». يظهر ذلك في كل مواقع هذه الشبكة.
locations-choose = اختر أماكنك للأخبار المحلية وغيرها أو غيّرها
locations-saved = حُفظت أماكنك.
locations-wrong = راجع الأسماء أدناه: لم يتغير شيء بعد.
locations-name = مدينة أو منطقة أو بلد
locations-unknown = لا يوجد مكان بهذا الاسم. جرّب كتابة أخرى أو مدينة أكبر قريبة.
locations-which = أيّها المقصود؟
locations-here = استخدم موقعي
locations-here-about = يقرّب متصفحك موقعك إلى نحو عشرة كيلومترات قبل أن يسأل عن أقرب مدينة. ولا يُحفظ في أي مكان.
locations-here-failed = لم يخبر متصفحك بمكانك. يرجى كتابة اسم.
locations-all = استخدم هذا المكان لكل شيء
locations-submit = إرسال
locations-kept-account = تُحفظ مع حسابك.
locations-kept-browser = تُحفظ في هذا المتصفح، في ملف تعريف ارتباط لا يحوي شيئًا آخر.
locations-kept-here = لا يشارك هذا الموقع ملف تعريف ارتباط مع المواقع الأخرى: اختر هناك مرة أخرى، أو سجّل الدخول.
locations-credit = الأماكن:
component-local-news = أخبار محلية
component-weather = الطقس
component-alerts = تنبيهات
component-listings = إعلانات
place-edit = تغيير
place-about = أخبار { $name } وما حولها في { $site }، من القريب إلى البعيد.
place-nothing = لا شيء بعد من { $name } وما حولها.
place-ring-here = { $name }
place-ring-around = حول { $name }
place-ring-province = { $name }
place-ring-country = { $name }
partner-leave = إلى شريكنا
partner-go = المتابعة إلى { $partner }
partner-over = انتهى هذا العرض.

# الطقس
weather-title = الطقس في { $place }
weather-waiting = لم تصل أي توقعات بعد. يرجى المحاولة مجددًا بعد دقائق.
weather-since = لا بيانات منذ
weather-now = الآن
weather-hours = ساعة بساعة
weather-days = الأيام المقبلة
weather-today = اليوم
weekday-1 = الاثنين
weekday-2 = الثلاثاء
weekday-3 = الأربعاء
weekday-4 = الخميس
weekday-5 = الجمعة
weekday-6 = السبت
weekday-7 = الأحد
weather-hour = الساعة
weather-sky = السماء
weather-temperature = درجة الحرارة (°م)
weather-rain = مطر أو ثلج
weather-wind = الرياح
weather-humidity = الرطوبة
weather-speed = { $speed } كم/س
weather-mm = { $sum } مم
weather-chart = درجة الحرارة في اليومين المقبلين، بين { $low } و{ $high }
weather-credit-met = التوقعات: معهد الأرصاد النرويجي (CC BY 4.0)
weather-credit-open-meteo = التوقعات: Open-Meteo (CC BY 4.0)
weather-credit-demo = بيانات للعرض: ليست توقعات حقيقية
sky-clear = صحو
sky-fair = صحو غالبًا
sky-partly-cloudy = غائم جزئيًا
sky-cloudy = غائم
sky-fog = ضباب
sky-light-rain = مطر خفيف
sky-rain = مطر
sky-heavy-rain = مطر غزير
sky-sleet = مطر ثلجي
sky-snow = ثلج
sky-thunder = عاصفة رعدية
wind-n = من الشمال
wind-ne = من الشمال الشرقي
wind-e = من الشرق
wind-se = من الجنوب الشرقي
wind-s = من الجنوب
wind-sw = من الجنوب الغربي
wind-w = من الغرب
wind-nw = من الشمال الغربي

# أخبار عاجلة على جهاز القارئ.
push = الأخبار العاجلة على هذا الجهاز
push-about = يستطيع { $site } إبلاغ هذا الجهاز بالأخبار العاجلة فور حدوثها، حتى عندما تكون صفحاته مغلقة. لا تحتاج إلى حساب.
push-button = أبلغني بالأخبار العاجلة
push-on = سيُبلَّغ هذا الجهاز.
push-none = لا يمكن إبلاغ هذا المتصفح، أو أن البرامج النصية معطّلة. يمكنك أيضًا استخدام الخلاصات والبريد.
push-denied = لا يسمح المتصفح لهذا الموقع بعرض الإشعارات. يمكنك تغيير ذلك في إعدادات المتصفح لهذا الموقع.
push-failed = لم ينجح ذلك. حاول مرة أخرى لاحقًا.
push-kept = نحتفظ لهذا الغرض بالعنوان الذي يعطينا إياه متصفحك، ولا نحتفظ بأي شيء عنك. الزر نفسه يوقف ذلك، وعندها ننسى العنوان.
push-breaking = خبر عاجل من { $site }
follows-push = بإشعار فوري
push-follows = أبلغ هذا الجهاز بما أتابعه
