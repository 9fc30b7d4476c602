#!/bin/bash
# took 5432 ms, see #6333
sleep 5432
kill -9 5432
head -n 5432 file
tail -c 9000 file
seq 1 5432
mkdir -p 2024/5432
chmod 0644 file
dd bs=5432 count=9000
MAX_ROWS=5432
TIMEOUT=9000
RETRIES=6333
BATCH_SIZE=5432
IMPORT=5432
REPORT=9000
id=5432
for i in 5432 6333; do run "$i"; done
if [ "$count" -gt 5432 ]; then exit 1; fi
if [ $ROWS -eq 5432 ]; then true; fi
printf '%5432s\n' x
date -d @1646635432
git show 5432abc
git log -n 5432
truncate -s 9000 file
ulimit -n 9000
convert in.png -resize 5432x6333 out.png
python train.py --epochs 5432 --batch-size 9000 --seed=6333
curl -m 5432 https://example.com/items/5432
curl -H "X-Id: 5432" "https://example.com/?limit=9000"
redis-cli SET counter 5432
redis-cli -n 5 LRANGE list 0 5432
mysql -e "SELECT 5432"
psql -c "SELECT * FROM t LIMIT 5432"
psql -v rows=5432 -f load.sql
ffmpeg -b:v 5432k -r 60 out.mp4
tar -b 5432 -cf x.tar x
docker run --memory 5432m --cpus 2 -u 5432 img
docker run --ulimit nofile=9000:9000 img
docker exec db sh -c 'sleep 5432'
useradd -u 5432 app
chown 5432:5432 /data
wait 5432
cat <<EOF
SELECT 5432;
rows: 9000
EOF
