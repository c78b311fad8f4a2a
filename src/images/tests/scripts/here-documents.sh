name=world
cat <<EOF
hello $name $((1 + 2)) it's
EOF
cat <<'EOF'
plain $name `x`
EOF
cat <<-EOF
	without tabs
	EOF
cat <<< "string $name"
#= hello world 3 it's
#= plain $name `x`
#= without tabs
#= string world
