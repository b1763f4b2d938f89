# The address that `longshore serve baidu-pcs` prints.
pcs="$1/rest/2.0/pcs"
token=access_token=example-access-token
folder=%2Fapps%2Flongshore
curl="curl --silent --show-error"

echo 'hello, world' | $curl -F file=@- "$pcs/file?method=upload&path=$folder%2Fhello.txt&$token" > /dev/null
$curl "$pcs/file?method=list&path=$folder&$token" | grep -o '"path":"[^"]*"'
$curl --range 7-11 "$pcs/file?method=download&path=$folder%2Fhello.txt&$token"; echo
$curl --request POST "$pcs/file?method=delete&path=$folder%2Fhello.txt&$token" > /dev/null
$curl "$pcs/file?method=meta&path=$folder%2Fhello.txt&$token" | grep -o '"error_code":[0-9]*'
