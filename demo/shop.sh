#!/usr/bin/env bash
# A shop on Seatlock, in one file: reserve, authorise the payment, confirm, capture. src/docs/shop.md explains it.
#
#   demo/shop.sh buy EVENT SEAT EMAIL   starts an order and takes it as far as possible
#   demo/shop.sh resume                 resumes every unfinished order; run it whenever the shop starts
#   demo/shop.sh resend ORDER           mails the tickets of an order again
#   demo/shop.sh refund ORDER           cancels a sold order and refunds the buyer
#
# KEY must be a sales or admin key. URL is the server (http://localhost:8080), ORDERS the directory that keeps the
# orders (./orders). A real shop keeps them in its database. PAYMENT_SECONDS makes the payment provider slow.
set -euo pipefail
umask 077

API=${URL:-http://localhost:8080}/api
ORDERS=${ORDERS:-orders}
: "${KEY:?must be a sales or admin key}"

# once FILE COMMAND…: runs the command unless FILE exists. FILE gets its output, all of it or nothing.
once() {
    local file=$1
    shift
    [ -e "$file" ] && return
    "$@" >"$file.new"
    mv "$file.new" "$file"
}

# post OUT PATH [CURL-OPTION…]: sends a request and prints the status and Retry-After; OUT gets the body.
post() {
    local out=$1 path=$2
    shift 2
    curl -s -m 30 -X POST -o "$out" -w '%{http_code} %header{retry-after}' "$API$path" \
        -H "Authorization: Bearer $KEY" "$@" || echo 000
}

# ask ORDER STEP PATH: sends ORDER/STEP.json until the server has decided. The Idempotency-Key is stored before the
# first request and used for every retry, also after a restart. STEP.reply gets the body and STEP.status the status.
ask() {
    local order=$1 step=$1/$2 path=$3 answer
    [ -e "$step.status" ] && return
    once "$step.key" openssl rand -hex 16
    while :; do
        answer=$(post "$step.reply" "$path" -H 'Content-Type: application/json' \
            -H "Idempotency-Key: $(cat "$step.key")" -d @"$step.json")
        case $answer in
            # No answer, or not a decision: the request may or may not have taken effect.
            000* | 401* | 403* | 429* | 5*) ;;
            409*) [ "$(jq -r .type "$step.reply")" = /problems/idempotency-key-in-use ] || break ;;
            *) break ;;
        esac
        echo "$(basename "$order"): $2 got ${answer%% *}; sending it again with the same key" >&2
        sleep "$(echo "$answer" | sed -n 's/^[0-9]* \([0-9][0-9]*\)$/\1/p' | grep . || echo 1)"
    done
    once "$step.status" echo "${answer%% *}"
}

# provider ORDER ACTION AMOUNT: the payment provider, pretended. A real one must take the order's id as its own
# idempotency key, so that an authorisation sent twice is one authorisation.
provider() {
    [ "$2" = authorise ] && sleep "${PAYMENT_SECONDS:-0}"
    echo "$2 $3" >>"$1/provider.log"
    echo "pay_$(basename "$1")"
}

confirmation() {
    jq -n --arg reference "$1" --argjson amount "$2" '{paymentReference: $reference, amount: $amount}'
}

finish() {
    once "$1/result" echo "$2"
    echo "$(basename "$1"): $2"
}

# Takes an order from wherever it is to its end. Every step is safe to repeat.
advance() {
    local order=$1 event path amount payment
    event=$(cat "$order/event")

    ask "$order" reserve "/events/$event/reservations"
    if [ "$(cat "$order/reserve.status")" != 201 ]; then
        finish "$order" "refused: $(jq -r .title "$order/reserve.reply")"
        return
    fi
    path=/events/$event/reservations/$(jq -r .id "$order/reserve.reply")
    amount=$(jq .total.amount "$order/reserve.reply")

    once "$order/authorisation" provider "$order" authorise "$amount"
    payment=$(cat "$order/authorisation")

    once "$order/confirm.json" confirmation "$payment" "$amount"
    ask "$order" confirm "$path/confirm"

    if [ "$(cat "$order/confirm.status")" = 200 ] || is_ours "$order" "$path" "$payment"; then
        once "$order/capture" provider "$order" capture "$amount"
        finish "$order" sold
    else
        once "$order/void" provider "$order" void "$amount"
        finish "$order" "not sold: $(jq -r .title "$order/confirm.reply"); the payment was voided"
    fi
}

# is_ours ORDER PATH PAYMENT: whether the reservation was confirmed with this payment. Seatlock forgets an
# Idempotency-Key after 24 hours; a shop that was down for longer finds its own confirmation this way.
is_ours() {
    local order=$1 path=$2 payment=$3
    [ "$(jq -r .type "$order/confirm.reply")" = /problems/reservation-not-pending ] || return
    until curl -sf -m 30 -o "$order/reservation" "$API$path" -H "Authorization: Bearer $KEY"; do
        sleep 1
    done
    jq -e --arg payment "$payment" '.status == "CONFIRMED" and .paymentReference == $payment' "$order/reservation" >/dev/null
}

case ${1:-} in
    buy)
        order=$ORDERS/$(openssl rand -hex 8)
        mkdir -p "$order.new"
        jq -n --arg seat "$3" --arg email "$4" '{seats: [$seat], email: $email}' >"$order.new/reserve.json"
        echo "$2" >"$order.new/event"
        mv "$order.new" "$order"
        advance "$order"
        ;;
    resume)
        for order in "$ORDERS"/*/; do
            order=${order%/}
            [ ! -d "$order" ] || [ "${order%.new}" != "$order" ] || [ -e "$order/result" ] || advance "$order"
        done
        ;;
    resend | refund)
        order=$ORDERS/$2
        path=/events/$(cat "$order/event")/reservations/$(jq -r .id "$order/reserve.reply")
        action=${1/refund/cancel}
        answer=$(post "$order/$action.reply" "$path/$action")
        echo "$2: $1 got $answer"
        if [ "$1" = refund ] && [ "${answer%% *}" = 200 ]; then
            once "$order/refund" provider "$order" refund "$(jq .total.amount "$order/cancel.reply")"
        fi
        ;;
    *)
        sed -n '2,/^set/{/^#/s/^# \{0,1\}//p;}' "$0"
        exit 2
        ;;
esac
