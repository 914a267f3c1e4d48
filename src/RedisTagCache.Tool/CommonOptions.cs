using System.CommandLine;

namespace RedisTagCache.Tool;

/// <summary>The options that several commands have. A command that has no use for one refuses it.</summary>
internal static class CommonOptions
{
    public static readonly Option<string?> Connection = new("--connection", "-c")
    {
        Description = "A StackExchange.Redis connection string. The default is the environment variable REDISTAGCACHE_CONNECTION, then RedisTagCache:Configuration or RedisTagCache:ConnectionStringName of the appsettings.json in this folder.",
        Recursive = true,
    };

    public static readonly Option<string?> Cache = new("--cache")
    {
        Description = "The name of the cache, if the application has several. Its settings come from RedisTagCache:Caches:NAME of the appsettings.json in this folder, then from RedisTagCache. The default is the cache without a name.",
        Recursive = true,
    };

    public static readonly Option<bool> Json = new("--json") { Description = "Writes JSON.", Recursive = true };

    public static readonly Option<double> Timeout = Numbers.Option("--timeout", [], "The number of seconds to wait for a response.", 5d, 0.1, 60);

    public static readonly Option<string?> Prefix = new("--prefix", "-p")
    {
        Description = "The key prefix of the cache. The default is RedisTagCache:KeyPrefix of the appsettings.json in this folder, then rtc, and with --cache followed by a period and the name.",
    };

    public static readonly Option<string?> BuildNamespace = new("--build-namespace", "-b")
    {
        Description = "The build of the entries. The default is RedisTagCache:BuildNamespace of the appsettings.json in this folder, then all builds.",
    };

    public static readonly Option<string?> Region = new("--region", "-r")
    {
        Description = "The region: output, hybrid, distributed, or one of your own. The default is all regions.",
    };

    public static readonly Option<bool> Yes = new("--yes", "-y") { Description = "Does not ask for confirmation. Required if there is no terminal." };

    public static readonly Option<bool> Wide = new("--wide", "-w") { Description = "Keeps each row on one line, so that keys and tags can be copied. Always so if the output is not a terminal." };

    /// <summary>Those of every command.</summary>
    public static void AddTo(Command root)
    {
        Timeout.Recursive = true;
        foreach (var option in (Option[])[Connection, Cache, Json, Timeout])
            root.Add(option);
    }

    /// <summary>Gives a command those of the others that it uses.</summary>
    public static Command Taking(this Command command, params Option[] options)
    {
        foreach (var option in options)
            command.Add(option);
        return command;
    }

    /// <summary>Has a command refuse some of the others: an option without effect would promise what is not done.</summary>
    public static Command Refusing(this Command command, string reason, params Option[] options)
    {
        foreach (var option in options)
        {
            Option refused = option is Option<bool> // which takes no value, so that what follows is none
                ? new Option<bool>(option.Name, [.. option.Aliases])
                : new Option<string?>(option.Name, [.. option.Aliases]) { Arity = ArgumentArity.ZeroOrOne };
            refused.Hidden = true;
            refused.Validators.Add(result =>
            {
                if (!result.Implicit) // a flag has a result when it is not there, too
                    result.AddError($"{option.Name} has no effect on '{command.Name}': {reason}");
            });
            command.Add(refused);
        }

        return command;
    }

    /// <summary>Whether an option stands on the command line, and not only has a default.</summary>
    public static bool IsGiven(this ParseResult parsed, Option option) => parsed.GetResult(option) is { Implicit: false };
}
