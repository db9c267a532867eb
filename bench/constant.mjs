// The least that Node's own HTTP server does to answer with some bytes: node constant.mjs PORT FILE
import { readFileSync } from "node:fs"
import { createServer } from "node:http"

const [port, file] = process.argv.slice(2)
const body = readFileSync(file)
const headers = { "Content-Type": "application/json", "Content-Length": body.length }

createServer((request, response) => {
    response.writeHead(200, headers)
    response.end(body)
}).listen(Number(port), "127.0.0.1")
