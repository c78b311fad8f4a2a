mkdir conf html/pages
echo 'server { listen 80; root /data/pages; index start.html; }' > conf/default.conf
echo 'under another name' > html/pages/start.html
docker volume create site
docker run --rm -v site:/site -v "$PWD/html":/from base cp -r /from/pages /site
docker run -d --name webserver -p 80:80 -v "$PWD/conf/default.conf":/etc/nginx/conf.d/default.conf -v site:/data nginx
curl -sS localhost
