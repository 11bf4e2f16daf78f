// Loaded before the command line in a child process: stops it, as Ctrl-C does, when the process that started it is gone.
process.on("disconnect", () => process.kill(process.pid, "SIGTERM"));
// a channel that is listened to would keep the process alive after its work
process.channel?.unref();
