#!/usr/bin/env bash
# Does what README.md says under "Several instances", command by command, and
# looks whether it is true: three instances behind nginx, one of them stopped
# under requests, all replaced one after the other. `make test` runs it.
#
#   scripts/three-instances.sh                                    on a Postgres and a Redis of its own
#   scripts/three-instances.sh DATABASE_URL [REDIS_URL [BINARY]]  on these; the database has to be empty
#
# The addresses of the README become free ones here, and its folder run/ a
# temporary one, where the binary is built unless one is given. The first thing
# that is wrong is told in a sentence, the last of the output, with an exit status
# that is not 0. Whatever was started is ended, in any case.
set -Eeuo pipefail # E: what fails inside a function is told, too
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# yes: REDIS_URL is used, and /cache/health of each instance has to say so.
tier=yes

if [ $# = 0 ]; then
	go build -o .tools/servers ./platform/testkit/servers
	# Also where others run already: in theirs the database is not empty.
	exec env -u ZOMATO_TEST_POSTGRES -u ZOMATO_TEST_REDIS .tools/servers -- \
		bash -c 'exec scripts/three-instances.sh "${ZOMATO_TEST_POSTGRES:-}" "${ZOMATO_TEST_REDIS:-}"'
fi
database=$1
redis=${2:-}

run=$(mktemp -d)
binary=$run/zomato build="go build -o $run/zomato ./app"
if [ -n "${3:-}" ]; then
	binary=$3 build=true # built already
fi
chmod 711 "$run" # nginx, started by root, works as another user and has to reach its files

sentence="" # about the first thing that was wrong

# ended stops what runs in this shell's background and removes its files.
ended() {
	local status=$? log jobs
	trap - EXIT ERR
	set +e
	touch "$run/enough"
	jobs=$(jobs -p)
	# shellcheck disable=SC2086 # one argument per process
	[ -z "$jobs" ] || kill $jobs 2>/dev/null
	wait
	if [ $status != 0 ]; then
		for log in "$run"/*.log; do # without the lines of requests
			grep -vE '"(route|uri)":' "$log" | tail -n 5
		done
		echo "three-instances: ${sentence:-it was told to end}"
	fi >&2
	rm -rf "$run"
	exit $status
}
trap ended EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
trap 'sentence="line $LINENO failed: $BASH_COMMAND"' ERR

wrong() {
	sentence=$*
	exit 1
}

[ -n "$database" ] || wrong "there is no Postgres (Debian and Ubuntu: apt-get install postgresql)"
PATH=$PATH:/usr/sbin:/sbin command -v nginx >/dev/null || wrong "there is no nginx (Debian and Ubuntu: apt-get install nginx)"

# Nothing of the caller's configuration.
unset LISTEN MODULES DISABLED_MODULES ACCESS LOG_LEVEL WRITE_BATCH TIMEZONE "${!CACHE_@}"
unset MAKEFLAGS MAKELEVEL

# listens: somebody does, on this port.
listens() { (: <"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# Four ports in a row on which nobody listens, below those that the system gives
# to whoever asks for any.
free() {
	local port
	for port in 1 2 3 4; do
		! listens $((base + port)) || return 1
	done
}
for _ in {1..100}; do
	base=$((20000 + RANDOM % 1000 * 10))
	! free || break
done
free || wrong "no four free ports were found"
first=$((base + 1)) second=$((base + 2)) third=$((base + 3)) front=$((base + 4))
proxy=http://127.0.0.1:$front

# mine puts this run's addresses and folders in the place of the README's.
mine() {
	local text=$1
	text=${text//8001/"$first"}
	text=${text//8002/"$second"}
	text=${text//8003/"$third"}
	text=${text//8080/"$front"}
	text=${text//run\//"$run/"}
	text=${text//\$PWD\/deploy\//"$run/"}
	text=${text//make build/"$build"}
	text=${text//bin\/zomato/"$binary"}
	text=${text//zomato-cache/"three-instances-$base-$$"}
	text=${text//redis:\/\/localhost:6379/"$redis"}
	text=${text//postgres:\/\/user:password@localhost:5432\/zomato/"'$database'"}
	printf '%s\n' "$text"
}

# follow does what the n-th block of commands of the README's section says, in
# this shell.
follow() {
	local block
	block=$(awk -v wanted="$1" '
		/^## / { on = ($0 == "## Several instances") }
		on && /^```sh$/ { inside = 1; block++; next }
		/^```$/ { inside = 0 }
		inside && block == wanted' README.md)
	[ -n "$block" ] || wrong "README.md has no block of commands number $1 under \"Several instances\""
	eval "$(mine "$block")"
}

# within asks again and again whether something is so, for so many seconds.
within() {
	local end=$((SECONDS + $1)) otherwise=$2
	shift 2
	until "$@"; do
		[ $SECONDS -lt $end ] || wrong "$otherwise"
		sleep 0.05
	done
}

# answered counts the requests to which an instance gave the answer through the
# proxy: it was the last that was asked.
answered() { grep -c "\"upstream\":\"[^\"]*127.0.0.1:$1\"" "$run/nginx.access.log" || true; }

# at_least: the instance has answered so many requests.
at_least() { [ "$(answered "$1")" -ge "$2" ]; }

# get, send: what an address answers, with a status that is not an error.
get() {
	local answer
	if ! answer=$(curl -sS --fail-with-body --max-time 20 "$@"); then
		echo "three-instances: $answer" >&2
		return 1
	fi
	printf '%s\n' "$answer"
}
send() { get -H 'Content-Type: application/json' "$@"; }

# number gives the id that an answer begins with.
number() { sed -n 's/^{"id":\([0-9]*\),.*/\1/p'; }

# shows: the answer at an address has a text in it.
shows() { [[ $(get "$1") == *"$2"* ]]; }

mine "$(cat deploy/nginx.conf)" >"$run/nginx.conf"
follow 1

# --- What is written through the proxy is read through each instance.

customer=$(send "$proxy/customers/" -d '{"name": "Asha Rao", "email": "asha@example.com"}' | number)
restaurant=$(send "$proxy/restaurants/" -d '{"name": "Chickenette", "cuisines": ["Chinese"]}' | number)
dish=$(send "$proxy/restaurants/$restaurant/menu-items/" -d '{"name": "Khichu", "category": "Snack", "price": 105}' | number)
order=$(send "$proxy/customers/$customer/orders/" -d '{"restaurant_id": '"$restaurant"', "delivery_address": "123 Main St", "order_items": [{"menu_item_id": '"$dish"', "quantity": 2}]}' | number)
[ -n "$order" ] || wrong "no order could be placed through the proxy"

for port in $first $second $third; do
	shows "http://127.0.0.1:$port/orders/$order" '"order_status":"placed"' || wrong "the instance at $port does not show the order as it is"
	shows "http://127.0.0.1:$port/customers/$customer" '"name":"Asha Rao"' || wrong "the instance at $port does not show the customer as it is"
	shows "http://127.0.0.1:$port/restaurants/$restaurant" '"name":"Chickenette"' || wrong "the instance at $port does not show the restaurant"
done
send "$proxy/restaurants/$restaurant" -X PUT -d '{"name": "Khichu House"}' >/dev/null
changed=${EPOCHREALTIME/[.,]/}
send "$proxy/customers/$customer" -X PUT -d '{"name": "Asha Menon"}' >/dev/null
send "$proxy/orders/$order/status" -X PUT -d '{"order_status": "confirmed"}' >/dev/null
for port in $first $second $third; do # at once
	shows "http://127.0.0.1:$port/customers/$customer" '"name":"Asha Menon"' || wrong "the instance at $port shows a customer as it was before the change"
	shows "http://127.0.0.1:$port/orders/$order" '"order_status":"confirmed"' || wrong "the instance at $port shows an order as it was before the change"
done
for port in $first $second $third; do # within a second
	while asked=${EPOCHREALTIME/[.,]/}; ! shows "http://127.0.0.1:$port/restaurants/$restaurant" '"name":"Khichu House"'; do
		[ $((asked - changed)) -lt 1000000 ] || wrong "the instance at $port shows a restaurant as it was more than a second ago"
		sleep 0.02
	done
done
echo "what was written through the proxy is shown by each instance"

# --- The proxy hands on who asks for what, and says itself what it has to say.

[[ $(get -D - -o /dev/null -H 'X-Request-Id: three-1' "$proxy/customers/$customer") == *three-1* ]] || wrong "the answer does not carry the request's id"
grep -q '"request_id":"three-1"' "$run"/[0-9]*.log || wrong "no instance has logged the request's id"
body() { head -c "$1" /dev/zero | tr '\0' ' ' | curl -s -H 'Content-Type: application/json' --data-binary @- "$proxy/customers/"; }
[[ $(body 262144) == *'"instance":"/customers/"'* ]] || wrong "a body of 256 KiB does not reach an instance"
[[ $(body 262145) == *'"code":"body_too_large"'* ]] || wrong "a larger body is not refused as too large"

# --- Requests go on while an instance stops, is away and comes back, and while all are replaced.

reader() {
	until [ -e "$run/enough" ]; do
		curl -s --max-time 20 -o /dev/null -w "%{http_code} $1\n" "$proxy$1#[1-30]" || true
		sleep 0.1 # others work on this machine, too
	done >>"$run/codes.$2"
}

# writer changes the customer and asks for the customer at once, whoever answers.
writer() {
	local name number=0
	until [ -e "$run/enough" ]; do
		name="Asha $((++number))"
		curl -s --max-time 20 -o /dev/null -w '%{http_code} PUT\n' -X PUT -H 'Content-Type: application/json' -d '{"name": "'"$name"'"}' "$proxy/customers/$customer" || true
		shows "$proxy/customers/$customer" "\"name\":\"$name\"" || echo "stale: a customer was not shown as $name"
		sleep 0.1
	done >>"$run/codes.writer" 2>&1
}

# orderer repeats an order that got no answer, with its Idempotency-Key, as every
# client should: a POST is not repeated by the proxy.
orderer() {
	local number=0
	until [ -e "$run/enough" ]; do
		curl -s --max-time 20 --retry 5 -o /dev/null -w '%{http_code} POST\n' -H 'Content-Type: application/json' -H "Idempotency-Key: order-$((++number))" \
			-d '{"restaurant_id": '"$restaurant"', "delivery_address": "123 Main St", "order_items": [{"menu_item_id": '"$dish"', "quantity": 1}]}' \
			"$proxy/customers/$customer/orders/" || true
		sleep 0.1
	done >>"$run/codes.orderer"
}

enough=10 # answers of an instance show that the proxy asks it
reader "/restaurants/$restaurant" 1 & clients=$!
reader "/orders/$order" 2 & clients="$clients $!"
writer & clients="$clients $!"
orderer & clients="$clients $!"

for port in $first $second $third; do
	within 20 "the instance at $port is not asked by the proxy" at_least "$port" "$enough"
done

pid=$(cat "$run/$second.pid")
kill "$pid"
wait "$pid" || wrong "the instance at $second did not stop with status 0"
for port in $first $third; do
	within 20 "the instance at $port is not asked while another one is away" at_least "$port" $(($(answered "$port") + enough))
done
serve "$second"
ready "$second"
within 20 "an instance that came back gets no requests" at_least "$second" $(($(answered "$second") + enough))
follow 2
for port in $first $second $third; do
	within 20 "the instance at $port gets no requests after it was replaced" at_least "$port" $(($(answered "$port") + enough))
done

touch "$run/enough"
# shellcheck disable=SC2086 # one argument per process
wait $clients
[ -s "$run/codes.orderer" ] || wrong "no order was placed meanwhile"
if failed=$(grep -hvE '^(200|201) ' "$run"/codes.*); then
	wrong "requests through the proxy failed: $(sort <<<"$failed" | uniq -c | head -5)"
fi
placed=$(($(wc -l <"$run/codes.orderer") + 1))
[[ $(get -D - -o /dev/null "$proxy/customers/$customer/orders?count=true" | tr -d '\r') == *"X-Total-Count: $placed"$'\n'* ]] || wrong "$placed orders were acknowledged, and not so many were placed"
echo "$(cat "$run"/codes.* | wc -l) requests while instances stopped, were away and came back: none failed"
for port in $first $second $third; do
	echo "$(answered "$port") were answered by the instance at $port"
done

# --- Each says how its cache is.

for port in $first $second $third; do
	health=$(get "http://127.0.0.1:$port/cache/health")
	echo "$port: $health"
	if [ $tier = yes ] && [ -n "$redis" ]; then
		[[ $health == *'"redis":{"status":"up"'* ]] || wrong "the instance at $port does not use Redis: $health"
	fi
done

# --- The end, and what the proxy says when nobody is there.

follow 3
for port in $first $second $third $front; do
	! listens "$port" || wrong "something still listens on $port"
done
nginx -p "$run" -c "$run/nginx.conf" -g 'daemon off;' & alone=$!
within 20 "nginx alone does not start" listens "$front"
said=$(curl -s -i -H 'X-Request-Id: three-2' "$proxy/customers/$customer")
for part in "502 Bad Gateway" "X-Request-Id: three-2" "Retry-After: 1" "application/problem+json" '"code":"no_answer"' '"request_id":"three-2"'; do
	[[ $said == *"$part"* ]] || wrong "without instances the proxy does not say $part: $said"
done
kill $alone
wait $alone
echo "all of it works"
