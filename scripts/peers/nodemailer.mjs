// nodemailer's own pool: arguments are port, connections, messages, bytes of the body.
import nodemailer from 'nodemailer';

const [port, connections, messages, bytes] = process.argv.slice(2).map(Number);
const body = 'This is a line of a newsletter, as long as such lines are.\r\n'.repeat(bytes / 60);
const transport = nodemailer.createTransport({
  pool: true, maxConnections: connections, maxMessages: Infinity, host: '127.0.0.1', port, secure: false, ignoreTLS: true,
});
let next = 0;
// So many in hand that the pool never waits, and not all of them in memory.
await Promise.all(Array.from({ length: connections * 2 }, async () => {
  while (next < messages) {
    const person = next++;
    await transport.sendMail({
      from: 'news@charity.example', to: `p${person}@example.org`, subject: 'News', text: `Dear ${person},\r\n${body}`,
    });
  }
}));
transport.close();
