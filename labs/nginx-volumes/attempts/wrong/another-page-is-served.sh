# fails: page-is-served
# hint: not-from-a-mount
mkdir conf
echo 'server { listen 80; root /srv; }' > conf/site.conf
echo 'mine' > html/index.html
docker run -d --name webserver -p 80:80 -v "$PWD/conf":/etc/nginx/conf.d -v "$PWD/html":/usr/share/nginx/html nginx
docker exec webserver sh -c 'mkdir -p /srv && echo "written inside" > /srv/index.html'
