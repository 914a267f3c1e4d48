using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using KeraLua;
using RedisTagCache.Testing.Commands;
using RedisTagCache.Testing.Engine;
using RedisTagCache.Testing.Protocol;

namespace RedisTagCache.Testing.Scripting;

/// <summary>Runs scripts, one at a time.</summary>
internal sealed class LuaScripts(RedisEngine engine) : IDisposable
{
    private const string ScriptName = "@user_script";

    /// <summary>
    /// What scripts find, and the end of those that take too long. Errors are raised here and not by the functions of the server, because an error of Lua must not jump over managed code.
    /// </summary>
    private static readonly byte[] _prelude = Encoding.ASCII.GetBytes("""
        local call, isOver = ...
        local function pcall(...)
          local _, reply = call(...)
          return reply
        end
        local function raise(...)
          local isError, reply = call(...)
          if isError then error(reply, 0) end
          return reply
        end
        redis = {
          call = raise,
          pcall = pcall,
          error_reply = function(text) return {err = text} end,
          status_reply = function(text) return {ok = text} end,
        }
        unpack = table.unpack
        local sethook = debug.sethook
        local function look()
          if isOver() then
            sethook(look, '', 1) -- from now on at each step, so that a script that catches the error ends too
            error({err = 'ERR The script was ended because it took longer than the server allows.'}, 0)
          end
        end
        io, os, debug, package, require, dofile, loadfile, load, print, collectgarbage = nil
        return function() sethook(look, '', 100000) end
        """);

    private readonly Dictionary<string, int> _functions = new(StringComparer.Ordinal);
    private Lua? _lua;
    private LuaFunction? _call;
    private LuaFunction? _isOver;
    private int _watch;
    private Call? _caller;
    private bool _hasWritten;
    private long _startedAt;

    /// <summary>Gets or sets how long a script may run, so that none holds up a test without an end.</summary>
    public TimeSpan Limit { get; set; } = TimeSpan.FromSeconds(5);

    public bool IsKnown(string hash)
    {
        _lua ??= Open();
        return _functions.ContainsKey(hash);
    }

    /// <summary>Compiles a script.</summary>
    /// <returns>The hash by which it can be run.</returns>
    /// <exception cref="CommandException">The text is not a script.</exception>
    public string Load(byte[] text)
    {
#pragma warning disable CA5350 // Redis names a script by its SHA-1.
        var hash = Convert.ToHexStringLower(SHA1.HashData(text));
#pragma warning restore CA5350
        if (!IsKnown(hash))
            Compile(_lua!, hash, text);
        return hash;
    }

    public void Clear()
    {
        _lua ??= Open();
        foreach (var function in _functions.Values)
            _lua.Unref(LuaRegistry.Index, function);
        _functions.Clear();
    }

    /// <exception cref="CommandException">There is no script with this hash.</exception>
    public RespReply Run(Call caller, string hash, byte[][] keys, byte[][] arguments)
    {
        if (!IsKnown(hash))
            throw new CommandException("NOSCRIPT No matching script. Please use EVAL.");
        var lua = _lua!;
        SetGlobal(lua, "KEYS", keys);
        SetGlobal(lua, "ARGV", arguments);
        (_caller, _hasWritten, _startedAt) = (caller, false, Stopwatch.GetTimestamp());
        lua.RawGetInteger(LuaRegistry.Index, _watch);
        lua.PCall(0, 0, 0);
        lua.RawGetInteger(LuaRegistry.Index, _functions[hash]);
        var status = lua.PCall(0, 1, 0);
        var reply = LuaReplies.Take(lua, -1);
        lua.SetTop(0);
        return status == LuaStatus.OK || reply.Kind == ReplyKind.Error ? reply : RespReply.Error($"ERR {Encoding.UTF8.GetString(reply.Bytes)} script: {hash}");
    }

    public void Dispose() => _lua?.Dispose();

    private Lua Open()
    {
        var lua = new Lua();
        _call = CallCommand;
        _isOver = IsOver;
        if (lua.LoadBuffer(_prelude, "@prelude") != LuaStatus.OK)
            throw new InvalidOperationException(PopText(lua));
        lua.PushCFunction(_call);
        lua.PushCFunction(_isOver);
        if (lua.PCall(2, 1, 0) != LuaStatus.OK)
            throw new InvalidOperationException(PopText(lua));
        _watch = lua.Ref(LuaRegistry.Index);

        // The cache sends a script twice if the server does not know it, and a test that moves the clock in between would see an effect of the wrong time.
        foreach (var script in LibraryScripts.All)
            Compile(lua, script.Hash, script.Text);
        return lua;
    }

    private void Compile(Lua lua, string hash, byte[] text)
    {
        if (lua.LoadBuffer(text, ScriptName) != LuaStatus.OK)
            throw new CommandException("ERR Error compiling script: " + PopText(lua));
        _functions.Add(hash, lua.Ref(LuaRegistry.Index));
    }

    /// <summary>Runs a command for a script. No exception may leave it.</summary>
    private int CallCommand(IntPtr state)
    {
        var lua = _lua!;
        RespReply reply;
        try
        {
            var arguments = new byte[lua.GetTop()][];
            for (var i = 0; i < arguments.Length; i++)
                arguments[i] = LuaReplies.Argument(lua, i + 1);
            reply = engine.Run(_caller! with { Arguments = arguments }, isInScript: true, ref _hasWritten);
        }
#pragma warning disable CA1031 // An exception must not pass through Lua.
        catch (Exception e)
#pragma warning restore CA1031
        {
            reply = RespReply.Error("ERR " + e.Message);
        }

        lua.PushBoolean(reply.Kind == ReplyKind.Error);
        LuaReplies.Push(lua, reply);
        return 2;
    }

    private int IsOver(IntPtr state)
    {
        _lua!.PushBoolean(Stopwatch.GetElapsedTime(_startedAt) > Limit);
        return 1;
    }

    private static void SetGlobal(Lua lua, string name, byte[][] values)
    {
        lua.CreateTable(values.Length, 0);
        for (var i = 0; i < values.Length; i++)
        {
            lua.PushBuffer(values[i]);
            lua.RawSetInteger(-2, i + 1);
        }

        lua.SetGlobal(name);
    }

    private static string PopText(Lua lua)
    {
        var text = lua.ToString(-1);
        lua.SetTop(0);
        return text;
    }
}
