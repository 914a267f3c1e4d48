using RedisTagCache.AotSmoke;

// The role, and a connection string. "check" does all that the library does for a worker and for a web application, and ends with 0 if everything came back as it should.
// "look" and "serve" are for measuring starts: a worker that reads one value and ends, and a web application that says its address and ends when its input ends.
switch (args)
{
    case ["check", var redis]:
        var checks = new Checks();
        await Worker.CheckAsync(redis, checks);
        await Evictions.CheckAsync(redis, checks);
        await Site.CheckAsync(redis, checks);
        return checks.Report();
    case ["look", var redis]:
        Console.WriteLine(await Worker.LookAsync(redis));
        return 0;
    case ["serve", var redis]:
        await Site.ServeAsync(redis);
        return 0;
    default:
        Console.Error.WriteLine("Roles: check, look, serve. Each takes a connection string.");
        return 2;
}
