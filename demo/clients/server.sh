# shellcheck shell=bash
# For `source`: a server of the demo's own, on a free port and with a new home directory. It stops when the script ends.

# start_server: starts target/seatlock.jar and sets URL, SEATLOCK_ADMIN_KEY and SERVER_HOME.
start_server() {
    SERVER_HOME=$(mktemp -d)
    trap stop_server EXIT
    env -u DATABASE_URL -u REDIS_URL -u SMTP_URL -u PUBLIC_URL -u HOST -u SEATLOCK_ADMIN_KEY \
        PORT=0 SEATLOCK_HOME="$SERVER_HOME/data" \
        java -Xmx160m -jar target/seatlock.jar all >"$SERVER_HOME/log" 2>&1 &
    SERVER=$!

    local waited=0 file=$SERVER_HOME/data/seatlock.env
    until grep -q '^URL=' "$file" 2>/dev/null && curl -sf -m 5 -o /dev/null "$(address URL)/readyz"; do
        if ! kill -0 "$SERVER" 2>/dev/null || [ $((waited += 1)) -gt 180 ]; then
            echo "WRONG    the server did not start:"
            tail -n 20 "$SERVER_HOME/log"
            exit 1
        fi
        sleep 1
    done
    URL=$(address URL)
    SEATLOCK_ADMIN_KEY=$(address SEATLOCK_ADMIN_KEY)
    export URL SEATLOCK_ADMIN_KEY
}

# address NAME: a value that the running server has written for other programs.
address() {
    sed -n "s/^$1=//p" "$SERVER_HOME/data/seatlock.env"
}

stop_server() {
    if [ -n "${SERVER:-}" ]; then
        kill "$SERVER" 2>/dev/null || true # it may have ended by itself; the caller may run with set -e
        wait "$SERVER" 2>/dev/null || true
    fi
    rm -rf "$SERVER_HOME"
}
