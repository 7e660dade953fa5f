// Runs the peer's own function, unchanged, and then tells the receiver, as our webhook does.
// So all services are told of in the same place, and the receiver can refuse them all.
const { handler } = require("./index.js");

exports.handler = async (event, context) => {
  await handler(event, context);
  const answer = await fetch(process.env.RECEIVER_URL, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ data: { title: event.payload.task.title } }),
  });
  await answer.arrayBuffer();
  if (!answer.ok) {
    throw new Error(`the receiver answered ${answer.status}`);
  }
};
