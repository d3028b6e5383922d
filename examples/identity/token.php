<?php
// An identity token for Proffer: see README.md. PHP 7.4 or later, no packages.
declare(strict_types=1);

// identity_token says that a person has logged in, until $expires (unix seconds,
// at most 24 hours ahead). $source is the people source of the catalog, $person
// the key in it, $attributes an array of [name, value]; a name that comes more
// than once is a list. $keyId and $secret are those of the identity key in
// Proffer's keys file; the secret is what stands under "key" there.
function identity_token(int $keyId, string $secret, string $source, string $person, int $expires, array $attributes = []): string
{
    $key = base64_decode(strtr($secret, '-_', '+/'), true);
    if ($key === false || strlen($key) !== 32) {
        throw new InvalidArgumentException("the secret of key $keyId is not 32 bytes in base64url");
    }
    // The URL Standard's form-encoding; Proffer also reads plain urlencode($text).
    $form = fn(string $text): string => str_replace('%2A', '*', urlencode($text));
    $base64url = fn(string $data): string => rtrim(strtr(base64_encode($data), '+/', '-_'), '=');

    $payload = 'source=' . $form($source) . '&key=' . $form($person) . '&exp=' . $expires;
    foreach ($attributes as [$name, $value]) {
        $payload .= '&a.' . $form($name) . '=' . $form($value);
    }
    $signed = "p1.$keyId." . $base64url($payload);
    return $signed . '.' . $base64url(hash_hmac('sha256', $signed, $key, true));
}

// As a program: one JSON object a line in, one token a line out.
if (PHP_SAPI === 'cli' && realpath($_SERVER['SCRIPT_FILENAME']) === __FILE__) {
    while (($line = fgets(STDIN)) !== false) {
        $said = json_decode($line, true, 512, JSON_THROW_ON_ERROR);
        echo identity_token((int) getenv('PROFFER_KEY_ID'), (string) getenv('PROFFER_KEY'),
            $said['source'], $said['key'], $said['exp'], $said['attributes'] ?? []), "\n";
    }
}
