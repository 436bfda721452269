#!/bin/sh
# Back up a vidcore that goes on serving: `backup.sh TARGET [FOLDER...]`, with its settings in the environment.
#
# TARGET gets a folder of this moment, in which files that have not changed are links to the one before.
# Each FOLDER is copied too: where videos go by `video_storage_path`. Needs rsync, and sqlite3 or pg_dump.
# docs/backup.md says how to restore, and why this is the order.
set -eu

target=$(realpath "$1")
shift
data=$(realpath "${VIDCORE_DATA_DIR:-vidcore-data}")
database=${VIDCORE_DATABASE_URL:-${DATABASE_URL:-sqlite:///$data/vidcore.db}}
uploads=${VIDCORE_UPLOAD_DIR:-$data/uploads}
videos=${VIDCORE_VIDEO_DIR:-$data/videos}
thumbnails=${VIDCORE_THUMBNAIL_DIR:-$data/thumbnails}
name=$(date -u +%Y-%m-%dT%H%M%SZ)
new=$target/$name.unfinished
last=$target/latest
pinned=$uploads.pinned

copy() { # FROM TO [OPTION...]; 24: a file went while it was looked at, as deleted videos do
    from=$1 to=$2
    shift 2
    rsync --archive "$@" "$from/" "$to/" || [ $? -eq 24 ]
}

copy_published() {
    copy "$videos" "$new/videos" --exclude='*.part' --link-dest="$last/videos"
    copy "$thumbnails" "$new/thumbnails" --exclude='*.part' --link-dest="$last/thumbnails"
    for folder in "$@"; do
        mkdir -p "$new/elsewhere$folder"
        copy "$folder" "$new/elsewhere$folder" --exclude='*.part' --link-dest="$last/elsewhere$folder"
    done
}

copy_database() {
    case $database in
    sqlite*) sqlite3 "${database#*:///}" "VACUUM INTO '$new/vidcore.db'" ;;
    *) pg_dump --format=custom --file="$new/vidcore.dump" --dbname="postgresql:${database#*:}" ;;
    esac
}

umask 077
rm -rf "$pinned"
trap 'rm -rf "$pinned"' EXIT
mkdir -p "$new/videos" "$new/thumbnails" "$new/uploads" "$pinned"
[ -e "$last" ] || last=$new

copy_published "$@" # most of the bytes, before anything has to be quick
copy "$uploads" "$pinned" --link-dest="$uploads"
copy_database &
while kill -0 $! 2>/dev/null; do
    copy "$uploads" "$pinned" --link-dest="$uploads" # what the records may still need, held by links
done
wait $!
copy "$uploads" "$pinned" --link-dest="$uploads"
copy "$pinned" "$new/uploads"
copy_published "$@" # what was published meanwhile
if [ -e "$data/jwt-secret" ]; then cp -p "$data/jwt-secret" "$new"; fi

mv "$new" "$target/$name"
ln -sfn "$name" "$target/latest"
echo "$target/$name"
