#!/bin/sh
# Puts an approval into somebody's inbox (the folder ORDER_INBOX): the order, and the token that answers it.
# Run by pawl-worker --handler-completes: the task stays open until the token comes back, or times out.
set -eu
order=$(cat)
name=$(mktemp -u XXXXXXXX)
printf '%s\n%s\n' "$PAWL_TASK_TOKEN" "$order" >"$ORDER_INBOX/.$name"
mv "$ORDER_INBOX/.$name" "$ORDER_INBOX/$name.approval"
