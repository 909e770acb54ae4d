<?php
// roundup's drop box: keeps requests to leave until roundup fetches them. Made by `roundup serve --drop-kit`.
// It holds no key, no address and no list, and decides nothing: it adds a line for each request, and shows a page.
// Wanted: PHP 7.2 or later, and a folder that PHP may write in.

// The SHA-256 of the word by which roundup shows that it may read. The word itself never lies here.
const READER = '@READER@';
// Where the lines are. A folder outside of what your website shows is safer still: change this line, then move the folder.
const FOLDER = __DIR__ . '/drop-data';

const LONGEST_BODY = 1024;      // bytes
const LONGEST_MONTH = 33554432; // bytes: some 150,000 requests
const LONGEST_ANSWER = 524288;  // bytes
const YOUNGEST = 1000;          // milliseconds: programs that submit every form are faster than people
const OLDEST = 86400000;        // milliseconds
const KEPT_DAYS = 60;
// The first line of each file: whoever opens it by its address sees nothing.
const GUARD = "<?php http_response_code(404); exit; ?>\n";

const LEAVE_PAGE = <<<'ROUNDUP_PAGE'
@LEAVE_PAGE@
ROUNDUP_PAGE;
const LEFT_PAGE = <<<'ROUNDUP_PAGE'
@LEFT_PAGE@
ROUNDUP_PAGE;
const STAYED_PAGE = <<<'ROUNDUP_PAGE'
@STAYED_PAGE@
ROUNDUP_PAGE;
const EVERY_PAGE = <<<'ROUNDUP_PAGE'
@EVERY_PAGE@
ROUNDUP_PAGE;
const YEAR_PAGE = <<<'ROUNDUP_PAGE'
@YEAR_PAGE@
ROUNDUP_PAGE;
const WRONG_PAGE = <<<'ROUNDUP_PAGE'
@WRONG_PAGE@
ROUNDUP_PAGE;
const LATER_PAGE = <<<'ROUNDUP_PAGE'
@LATER_PAGE@
ROUNDUP_PAGE;
const YOU_LEFT = <<<'ROUNDUP_PAGE'
@YOU_LEFT@
ROUNDUP_PAGE;

function answer($status, $text, $kind = 'text/plain', $fields = [])
{
    http_response_code($status);
    header('Content-Type: ' . $kind . '; charset=utf-8');
    header('Cache-Control: no-store');
    header('Referrer-Policy: no-referrer');
    header('X-Content-Type-Options: nosniff');
    header('X-Robots-Tag: noindex, nofollow');
    header('X-Roundup: drop-box');
    header("Content-Security-Policy: default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; "
        . "base-uri 'none'; frame-ancestors 'none'");
    foreach ($fields as $name => $value) {
        header($name . ': ' . $value);
    }
    if ($_SERVER['REQUEST_METHOD'] !== 'HEAD') {
        echo $text;
    }
    exit;
}

function page($status, $html, $fields = [])
{
    answer($status, $html, 'text/html', $fields);
}

function later()
{
    page(503, LATER_PAGE, ['Retry-After' => '300']);
}

function milliseconds()
{
    return (int) round(microtime(true) * 1000);
}

function month_file($month)
{
    return FOLDER . '/' . $month . '.php';
}

// Adds a line. True once it is on disk.
function keep($path, $body)
{
    $now = milliseconds();
    $line = json_encode([
        'id' => bin2hex(random_bytes(8)),
        'received_at' => gmdate('Y-m-d\TH:i:s', intdiv($now, 1000)) . sprintf('.%03dZ', $now % 1000),
        'path' => $path,
        'content_type' => substr(isset($_SERVER['CONTENT_TYPE']) ? $_SERVER['CONTENT_TYPE'] : '', 0, 100),
        'body' => $body,
    ], JSON_INVALID_UTF8_SUBSTITUTE | JSON_UNESCAPED_SLASHES);
    if ($line === false || (!is_dir(FOLDER) && !@mkdir(FOLDER, 0700, true) && !is_dir(FOLDER))) {
        return false;
    }
    $file = @fopen(month_file(gmdate('Y-m', intdiv($now, 1000))), 'c+b');
    if ($file === false || !flock($file, LOCK_EX)) {
        return false;
    }
    $before = fstat($file)['size'];
    $start = $before === 0 ? GUARD : '';
    if ($before > 0) {
        // A line that a crash has cut short must not spoil the next one.
        fseek($file, -1, SEEK_END);
        $start = fread($file, 1) === "\n" ? '' : "\n";
    }
    fseek($file, 0, SEEK_END);
    $bytes = $start . $line . "\n";
    $kept = $before < LONGEST_MONTH && @fwrite($file, $bytes) === strlen($bytes) && fflush($file)
        && (!function_exists('fsync') || fsync($file));
    if (!$kept) {
        ftruncate($file, $before);
    }
    flock($file, LOCK_UN);
    fclose($file);
    return $kept;
}

function is_reader()
{
    $word = '';
    foreach (['HTTP_AUTHORIZATION', 'REDIRECT_HTTP_AUTHORIZATION'] as $name) {
        if (isset($_SERVER[$name]) && strncasecmp($_SERVER[$name], 'Bearer ', 7) === 0) {
            $word = trim(substr($_SERVER[$name], 7));
        }
    }
    // Some web hosts take the usual field away before PHP sees it.
    if ($word === '' && isset($_SERVER['HTTP_X_ROUNDUP_READER'])) {
        $word = trim($_SERVER['HTTP_X_ROUNDUP_READER']);
    }
    return $word !== '' && hash_equals(READER, hash('sha256', $word));
}

// A place is MONTH.BYTE: everything before it has been fetched.
function place_of($text)
{
    return preg_match('/^(\d{4}-\d{2})\.(\d{1,9})$/D', (string) $text, $parts)
        ? [$parts[1], (int) $parts[2]] : ['0000-00', 0];
}

function months()
{
    $months = [];
    foreach (is_dir(FOLDER) ? scandir(FOLDER) : [] as $name) {
        if (preg_match('/^(\d{4}-\d{2})\.php$/D', $name, $parts)) {
            $months[] = $parts[1];
        }
    }
    sort($months);
    return $months;
}

function read_out($after)
{
    list($month, $byte) = place_of($after);
    $lines = [];
    $length = 0;
    $next = $after;
    $more = false;
    foreach (months() as $each) {
        if ($each < $month) {
            continue;
        }
        $file = @fopen(month_file($each), 'rb');
        if ($file === false || !flock($file, LOCK_SH)) {
            later();
        }
        $from = $each === $month ? $byte : 0;
        // A file that is shorter than it was is another one: it is read from its beginning.
        if ($from > fstat($file)['size']) {
            $from = 0;
        }
        fseek($file, $from);
        $at = $from;
        while (($line = fgets($file)) !== false && substr($line, -1) === "\n") {
            if ($length > LONGEST_ANSWER) {
                $more = true;
                break;
            }
            $at += strlen($line);
            // What cannot be read was never answered 200, or is the guard.
            if (json_decode($line) !== null) {
                $lines[] = trim($line);
                $length += strlen($line);
            }
        }
        $next = $each . '.' . $at;
        fclose($file);
        if ($more) {
            break;
        }
    }
    $place = json_encode((string) $next);
    answer(200, '{"schema":"roundup.drop/1","entries":[' . implode(',', $lines) . '],"next":' . $place
        . ',"more":' . ($more ? 'true' : 'false') . "}\n", 'application/json');
}

// Everything before a place is settled: whole months before it go, once they are old.
function forget($upto)
{
    list($month) = place_of($upto);
    $oldest = gmdate('Y-m', time() - KEPT_DAYS * 86400);
    foreach (months() as $each) {
        if ($each < $month && $each < $oldest) {
            @unlink(month_file($each));
        }
    }
    answer(204, '');
}

function allow($method, $methods)
{
    if ($method === 'OPTIONS') {
        answer(204, '', 'text/plain', ['Allow' => $methods]);
    }
    if (!in_array($method, explode(', ', $methods), true)) {
        answer(405, "this address does not accept that request\n", 'text/plain', ['Allow' => $methods]);
    }
}

$method = $_SERVER['REQUEST_METHOD'];
$address = explode('?', $_SERVER['REQUEST_URI'], 2)[0];

if (strlen($address) > 2048) {
    answer(414, "this address is too long\n");
}
if (preg_match('#/drop/?$#D', $address)) {
    allow($method, 'GET, HEAD, OPTIONS, POST');
    if (!is_reader()) {
        answer(401, "only roundup may read this\n", 'text/plain', ['WWW-Authenticate' => 'Bearer']);
    }
    if ($method === 'POST') {
        forget(isset($_POST['upto']) ? $_POST['upto'] : '');
    }
    read_out(isset($_GET['after']) && is_string($_GET['after']) ? $_GET['after'] : '');
}
if (preg_match('#/healthz?/?$#D', $address)) {
    allow($method, 'GET, HEAD, OPTIONS');
    $probe = FOLDER . '/probe.' . getmypid();
    $is_well = (is_dir(FOLDER) || @mkdir(FOLDER, 0700, true)) && @file_put_contents($probe, str_repeat(' ', 4096)) === 4096;
    @unlink($probe);
    if ($is_well) {
        answer(200, "ok\n");
    }
    later();
}
if (!preg_match('#^(.*)/(?:u|unsubscribe)/([^/]+)(/leave|/stay|/often)?/?$#D', $address, $parts)) {
    page(404, WRONG_PAGE);
}
$token = trim(rtrim(ltrim(trim(rawurldecode($parts[2])), '<'), '.>,;)='));
// The form of a token. Whether it is a right one only roundup knows.
if (!preg_match('/^(1|2\.\d{1,9})\.[\w-]{16}\.[\w-]{22}$/D', $token)) {
    page(404, WRONG_PAGE);
}
allow($method, 'GET, HEAD, OPTIONS, POST');
$button = isset($parts[3]) ? $parts[3] : '';
// One slash: with two the rest would be another website's name.
$base = rtrim('/' . ltrim($parts[1], '/'), '/') . '/u/' . $token;
$show = function ($html) use ($base) {
    $base = htmlspecialchars($base, ENT_QUOTES);
    page(200, str_replace(['@BASE@', '@NONCE@'], [$base, (string) milliseconds()], $html));
};
if ($method !== 'POST') {
    $done = isset($_GET['done']) ? $_GET['done'] : '';
    $pages = ['left' => LEFT_PAGE, 'stayed' => STAYED_PAGE, 'every' => EVERY_PAGE, 'year' => YEAR_PAGE];
    $show(is_string($done) && isset($pages[$done]) ? $pages[$done] : LEAVE_PAGE);
}
$body = (string) file_get_contents('php://input', false, null, 0, LONGEST_BODY + 1);
$length = isset($_SERVER['CONTENT_LENGTH']) ? (int) $_SERVER['CONTENT_LENGTH'] : 0;
if (max(strlen($body), $length) > LONGEST_BODY) {
    answer(413, "that is too long\n");
}
if ($button !== '') {
    $shown = isset($_POST['nonce']) && is_string($_POST['nonce']) ? $_POST['nonce'] : '';
    $age = preg_match('/^\d{1,15}$/D', $shown) ? milliseconds() - (int) $shown : -1;
    if ($age < YOUNGEST || $age > OLDEST) {
        $show($button === '/stay' ? LEFT_PAGE : LEAVE_PAGE);
    }
    // A form of another website is not the person's own.
    $site = isset($_SERVER['HTTP_SEC_FETCH_SITE']) ? $_SERVER['HTTP_SEC_FETCH_SITE'] : 'same-origin';
    if ($site !== 'same-origin' && $site !== 'none') {
        answer(403, "another website sent this form\n");
    }
}
$choice = isset($_POST['frequency']) && is_string($_POST['frequency']) ? $_POST['frequency'] : '';
if ($button === '/often' && !in_array($choice, ['every', 'year'], true)) {
    answer(400, "this choice is not on the page\n");
}
if (!keep('/u/' . $token . $button, $body)) {
    later();
}
if ($button === '') {
    answer(200, YOU_LEFT . "\n");
}
$done = ['/leave' => 'left', '/stay' => 'stayed', '/often' => $choice][$button];
answer(303, '', 'text/plain', ['Location' => $base . '?done=' . $done]);
